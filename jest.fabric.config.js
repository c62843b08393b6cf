import base from './jest.config.js';

/** The suites that need Fabric's own programs; `npm run test:fabric` runs them. */
export default { ...base, roots: ['<rootDir>/test'], testMatch: ['**/*.fabric.ts'] };
