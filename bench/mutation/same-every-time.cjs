// The score is to be the same every time, so the generated tests draw the same cases every time.
const fc = require('fast-check');

fc.configureGlobal({ seed: 20261201 });
