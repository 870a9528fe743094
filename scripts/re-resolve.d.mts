export declare class NotStaff extends Error {
  override readonly name: 'NotStaff';
}

export declare class Unreachable extends Error {
  override readonly name: 'Unreachable';
}

export interface ReResolvePorts {
  /** Where the public API answers, without a slash at the end. */
  readonly url: string;
  /** Of the scope `staff`. */
  readonly token: string;
  readonly fetch: (url: string, init?: RequestInit) => Promise<Response>;
  readonly wait: (milliseconds: number) => Promise<void>;
  readonly now: Date;
  readonly say: (line: string) => void;
}

export interface ReResolvedCounts {
  readonly moved: number;
  readonly amended: number;
  readonly unchanged: number;
  readonly 'not-applicable': number;
  readonly conflict: number;
  readonly failed: number;
  /** Spans of days of which the appointments could not be read. */
  readonly unread: number;
}

/** @throws NotStaff when the token opens nothing, Unreachable when nobody answers */
export declare function reResolveAll(
  ports: ReResolvePorts,
  options: { readonly dryRun: boolean },
): Promise<ReResolvedCounts>;
