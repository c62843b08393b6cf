// Runs jest and counts what it reports.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from './setup.mjs';

/** jest loads ES modules by the first; with room for what a test file makes, less is collected while it runs. */
const FLAGS = ['--experimental-vm-modules', '--no-warnings', '--max-semi-space-size=32'];

/** Numbers of tests that passed, failed and were skipped; a suite that did not run counts as one that failed. */
export function runJest(...args) {
  const folder = mkdtempSync(join(tmpdir(), 'cotrace-test-'));
  const report = join(folder, 'report.json');
  const jest = join(root, 'node_modules', 'jest', 'bin', 'jest.js');
  spawnSync(process.execPath, [...FLAGS, jest, '--json', `--outputFile=${report}`, ...args], {
    cwd: root,
    stdio: 'inherit',
  });
  try {
    const result = JSON.parse(readFileSync(report, 'utf8'));
    if (result.numTotalTestSuites === 0) throw new Error('no test matches');
    return {
      passed: result.numPassedTests,
      failed: result.numFailedTests + result.numRuntimeErrorTestSuites,
      skipped: result.numPendingTests + result.numTodoTests,
    };
  } catch (error) {
    console.error(`jest left no report of tests that ran: ${error.message}`);
    return { passed: 0, failed: 1, skipped: 0 };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Prints the sum of several runs and ends with the exit code that it means. */
export function conclude(counts) {
  const sum = (name) => counts.reduce((total, count) => total + count[name], 0);
  console.log(`${sum('passed')} passed, ${sum('failed')} failed, ${sum('skipped')} skipped`);
  process.exit(sum('failed') > 0 ? 1 : 0);
}
