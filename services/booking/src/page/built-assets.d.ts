/** What prepare.mjs writes; declared so that types can be checked before the first build. */
declare module '*/dist/page/assets.json' {
  const assets: import('./pages').PageAssets;
  export default assets;
}
