module.exports = {
  rootDir: __dirname,
  testMatch: ['<rootDir>/domain.test.js'],
  modulePathIgnorePatterns: ['/node_modules/'],
  transform: {},
};
