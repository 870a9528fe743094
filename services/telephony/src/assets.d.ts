declare module '*.wav' {
  const bytes: Uint8Array;
  export default bytes;
}
