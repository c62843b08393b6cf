import { readFileSync } from 'node:fs';

const { workspaces } = JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8'));

export default {
  testEnvironment: 'node',
  // Long, since machines may be busy; what hangs is found all the same.
  testTimeout: 60_000,
  // What a file loaded stays in its worker's memory, some 15 MB a file, and every collection goes over it.
  workerIdleMemoryLimit: '450MB',
  roots: [...workspaces, 'test'].map((name) => `<rootDir>/${name}`),
  testMatch: ['**/*.test.ts'],
  modulePathIgnorePatterns: ['/dist/'],
  // What needs more than a normal install has a command of its own.
  testPathIgnorePatterns: ['/dist/', '/node_modules/', '<rootDir>/test/fabric-network/'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '^.+\\.ts$': '<rootDir>/scripts/compiled.mjs' },
  moduleNameMapper: {
    '^@cotrace/fabric-model/hostile$': '<rootDir>/fabric-model/identity/testing/hostile-identities.ts',
    '^@cotrace/gateway-app/ledgers$': '<rootDir>/gateway-app/testing/ledger/index.ts',
    '^@cotrace/([a-z-]+)$': '<rootDir>/$1/index.ts',
    '^(\\.{1,2}/.*)\\.js$': '$1',
  },
};
