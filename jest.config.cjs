/** One run over all workspaces; `jest <folder>` runs one of them. */
module.exports = {
  rootDir: __dirname,
  testMatch: ['<rootDir>/{services,shared,infra,local,twilio-simulator,e2e,bench,scripts,examples}/**/*.test.{ts,tsx}'],
  testPathIgnorePatterns: ['/node_modules/', '/dist/', '/cdk.out/', '/\\.local/'],
  modulePathIgnorePatterns: ['/cdk\\.out/', '/dist/', '/\\.local/'],
  testEnvironment: 'node',
  setupFiles: ['<rootDir>/scripts/jest-environment.cjs'],
  moduleFileExtensions: ['ts', 'tsx', 'js', 'mjs', 'cjs', 'json'],
  transform: {
    '\\.(ts|tsx|mjs)$|/node_modules/jose/.*\\.js$': [
      '@swc/jest',
      {
        jsc: {
          parser: { syntax: 'typescript', tsx: false },
          target: 'es2023',
        },
        module: { type: 'commonjs' },
        sourceMaps: 'inline',
      },
    ],
  },
  moduleNameMapper: { '^fast-check$': '<rootDir>/scripts/fast-check.cjs' },
  transformIgnorePatterns: ['/node_modules/(?!(preact|@preact|jose|postal-mime)/)'],
  reporters: ['default', '<rootDir>/scripts/counts-reporter.cjs'],
  testTimeout: 60_000,
  maxWorkers: 2,
};
