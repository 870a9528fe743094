module.exports = {
  rootDir: __dirname,
  testMatch: ['<rootDir>/domain.test.js'],
  modulePathIgnorePatterns: ['/node_modules/'],
  transform: {},
  // A test that a busy machine cut short would count as a fault noticed.
  testTimeout: 120_000,
};
