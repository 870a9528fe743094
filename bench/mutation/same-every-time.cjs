// A fault is to be noticed every time or never, so the generated tests draw the same cases in every run.
const fc = require('fast-check');

fc.configureGlobal({ seed: Number(process.env.SEED) });
