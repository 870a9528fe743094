export { Entry, entryOf, Envelope } from './domain/entry';
export { timelineTable } from './adapters/timeline-table';
