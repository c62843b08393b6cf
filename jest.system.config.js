import base from './jest.config.js';

/** Tests of whole networks; `npm run test:system` runs them. */
export default {
  ...base,
  roots: ['<rootDir>/test'],
  testMatch: ['**/test/system/*.system.ts'],
  testTimeout: 600_000,
};
