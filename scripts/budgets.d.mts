import type { Metafile } from 'esbuild';

export declare function budgetsOf(bundle: string): { readonly kb: number; readonly twilioKb: number };
export declare function bytesOwedTo(name: string, metafile: Metafile): number;
export declare function excesses(bundle: string, metafile: Metafile): readonly string[];
