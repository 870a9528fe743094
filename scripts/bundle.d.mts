import type { BuildOptions, Plugin } from 'esbuild';

export declare const leanBundle: Plugin;
export declare const bundleOptions: BuildOptions & { readonly metafile: true };
