export { entryOf, Envelope, type Entry } from './domain/entry';
export { gather, type Sources } from './doctor/gather';
export { lettersAbout } from './doctor/dead-letters';
export { lifeOf, type Life, type Line } from './doctor/life';
export { printed } from './doctor/print';
export type { DeadLetter, Evidence, Unread } from './doctor/evidence';
export type { Finding } from './doctor/reason';
