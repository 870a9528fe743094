// What tests get as `fast-check`: with SEED in the environment every property draws the same cases in every run, as a check of
// a change must; without it each run draws anew, and fast-check prints the seed of what fails.
const fc = require('../node_modules/fast-check/lib/cjs/fast-check.js');

const { SEED } = process.env;
if (SEED !== undefined) fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: Number(SEED) });

module.exports = fc;
