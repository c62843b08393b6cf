// `npm test`: type check and build, every test, and lint; ends with `N passed, N failed, N skipped`.
// Arguments are handed to jest, as `npm test -- core/merkle`: then only the tests that they select are run.
import { spawn } from 'node:child_process';
import { setPriority } from 'node:os';
import { join } from 'node:path';
import { conclude, runJest } from './run-jest.mjs';
import { root, setUp } from './setup.mjs';

/** Starts a check that gives way to tests; it prints what is wrong. */
function check(name, path, ...args) {
  const child = spawn(process.execPath, [join(root, 'node_modules', name, path), ...args], {
    cwd: root,
    stdio: 'inherit',
  });
  setPriority(child.pid, 10);
  return new Promise((resolve) => {
    child.on('exit', (status) => resolve({ passed: 0, failed: status === 0 ? 0 : 1, skipped: 0 }));
  });
}

setUp();
const selected = process.argv.slice(2);
if (selected.length > 0) {
  const counts = runJest('--maxWorkers=1', ...selected);
  console.error('Not run: lint, formatting, and the tests that were not selected. `npm test` runs them.');
  conclude([counts]);
}
const checks = [
  check('eslint', 'bin/eslint.js', '.'),
  check('prettier', 'bin/prettier.cjs', '--check', '--log-level=warn', '.'),
];
const tests = runJest('--maxWorkers=2');
conclude([tests, ...(await Promise.all(checks))]);
