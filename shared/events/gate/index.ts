// How changes of the contracts are judged, and what consumers read of them. For tests and commands; nothing of it is published.
export { compareSchemas, type Change } from './compare';
export { judge, presentEvents, Released, type Events, type Judgement } from './judge';
export { archivedEvents, consumerFolders, disagreements, keeping, manifestOf, type FedHandler } from './manifest';
