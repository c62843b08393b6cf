// `npm run test:system`: whole networks: every command, kills, hung processes, attacks, and the verifier in a browser, minutes each; ends with
// `N passed, N failed, N skipped`. Arguments are handed to jest, as `npm run test:system -- strangers`.
import { conclude, runJest } from './run-jest.mjs';
import { setUp } from './setup.mjs';

/** Suites that measure how long something takes, or how much of a processor: nothing runs beside them. */
const MEASURING = '/(one-master|stopped|strangers|verifying-speed)\\.system\\.';
const CONFIG = '--config=jest.system.config.js';

setUp();
const selected = process.argv.slice(2);
conclude(
  selected.length > 0
    ? [runJest(CONFIG, '--maxWorkers=1', ...selected)]
    : [
        runJest(CONFIG, '--maxWorkers=2', `--testPathIgnorePatterns=${MEASURING}`),
        runJest(CONFIG, '--maxWorkers=1', MEASURING),
      ],
);
