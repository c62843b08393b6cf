import base from './jest.config.js';

/** Tests of whole networks; `npm run test:system` runs them. */
export default {
  ...base,
  roots: ['<rootDir>/test'],
  testMatch: ['**/test/system/*.system.ts'],
  // A busy machine takes several times as long.
  testTimeout: 1_800_000,
};
