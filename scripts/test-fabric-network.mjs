// `npm run test:fabric-network [-- --backend fabric]`: an application on fabric-network 2.2 against Cotrace's chaincode,
// on the embedded network or on Fabric's own programs (FABRIC_BIN, FABRIC_CONFIG). It is no part of `npm test`, because a
// normal install has no fabric-network; it is installed here when it is missing.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { root, setUp } from './setup.mjs';

const application = join(root, 'test', 'fabric-network', 'application');

/** Whether exactly the locked release of fabric-network is installed. */
function isInstalled() {
  const path = join(application, 'node_modules', 'fabric-network', 'package.json');
  if (!existsSync(path)) return false;
  const { packages } = JSON.parse(readFileSync(join(application, 'package-lock.json'), 'utf8'));
  return JSON.parse(readFileSync(path, 'utf8')).version === packages['node_modules/fabric-network'].version;
}

function run(command, args, cwd, env = {}) {
  const { status } = spawnSync(command, args, { cwd, stdio: 'inherit', env: { ...process.env, ...env } });
  if (status !== 0) {
    console.error(`\`${command} ${args.join(' ')}\` failed with exit code ${status ?? 'none'}`);
    process.exit(1);
  }
}

const { values } = parseArgs({ options: { backend: { type: 'string', default: 'devnet' } } });
setUp();
// Its one build step is for hardware keys, which nothing here has.
if (!isInstalled()) run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], application);
const jest = [
  '--experimental-vm-modules',
  '--no-warnings',
  join(root, 'node_modules', 'jest', 'bin', 'jest.js'),
  '--testPathIgnorePatterns=/dist/',
  '/node_modules/',
  '--roots=<rootDir>/test/fabric-network',
];
run(process.execPath, jest, root, { COTRACE_BACKEND: values.backend });
