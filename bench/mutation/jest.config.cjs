const { transform, transformIgnorePatterns } = require('../../jest.config.cjs');

module.exports = {
  rootDir: `${__dirname}/../..`,
  roots: ['<rootDir>/bench/mutation', '<rootDir>/services/telephony'],
  modulePathIgnorePatterns: ['/node_modules/', '/dist/'],
  testMatch: ['<rootDir>/bench/mutation/domain-tests.ts'],
  testEnvironment: 'node',
  setupFiles: ['<rootDir>/scripts/jest-environment.cjs', '<rootDir>/bench/mutation/same-every-time.cjs'],
  transform,
  transformIgnorePatterns,
};
