// `npm run test:system`: whole networks: every command, kills, hung processes, attacks, and the verifier in a browser, minutes each; ends with
// `N passed, N failed, N skipped`. Arguments are handed to jest, as `npm run test:system -- strangers`.
import { conclude, runJest } from './run-jest.mjs';
import { setUp } from './setup.mjs';

setUp();
conclude([runJest('--config=jest.system.config.js', '--maxWorkers=1', ...process.argv.slice(2))]);
