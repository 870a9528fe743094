export type * from './api.generated';
export type { CallOptions, IdempotentCallOptions, Open } from './call';
export { appointmentsClient, staffClient, type ClientSettings, type StaffClientSettings } from './client';
export { isProblem, NoAnswerError, ProblemError } from './errors';
export { readManageLink, type ManageLink } from './manage-link';
export type { Attempt, Fetch, KeptAnswer, KeptAnswers, StaffToken } from './transport';
