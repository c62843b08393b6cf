// `npm test`: type check and build, lint, then every test; ends with `N passed, N failed, N skipped`.
// Arguments are handed to jest, as `npm test -- core/merkle`.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { conclude, runJest } from './run-jest.mjs';
import { root, setUp } from './setup.mjs';

function check(name, path, ...args) {
  const { status } = spawnSync(process.execPath, [join(root, 'node_modules', name, path), ...args], {
    cwd: root,
    stdio: 'inherit',
  });
  return { passed: 0, failed: status === 0 ? 0 : 1, skipped: 0 };
}

setUp();
const selected = process.argv.slice(2);
if (selected.length > 0) conclude([runJest('--maxWorkers=1', ...selected)]);
conclude([
  check('eslint', 'bin/eslint.js', '.'),
  check('prettier', 'bin/prettier.cjs', '--check', '--log-level=warn', '.'),
  runJest('--maxWorkers=2', '--testPathIgnorePatterns=/dist/', '/node_modules/', '<rootDir>/test/'),
  // Tests of whole networks are a dozen processes each: one after the other, and not beside the rest.
  runJest('--maxWorkers=1', '--roots=<rootDir>/test'),
]);
