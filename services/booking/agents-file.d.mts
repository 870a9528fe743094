export interface FileRow {
  /** Its line, or its number in a list. */
  readonly place: number;
  readonly where: string;
  /** Text, but in a JSON file anything. */
  readonly agentId: unknown;
  readonly body: Readonly<Record<string, unknown>>;
  readonly inCells?: boolean;
}

export interface FileFault {
  readonly place: number;
  readonly where: string;
  readonly column?: string;
  readonly message: string;
}

export declare const COLUMNS: readonly string[];
export declare function readAgentsFile(
  name: string,
  bytes: Uint8Array,
): {
  readonly rows: readonly FileRow[];
  readonly faults: readonly FileFault[];
  /** Columns that must be there and are not. */
  readonly missing: readonly string[];
};
export declare function faultInFile(
  row: FileRow,
  fault: { readonly path: string; readonly message: string },
): FileFault;
export declare function listed(words: readonly string[]): string;
export declare function writeAgentsFile(name: string, agents: readonly object[]): string;
