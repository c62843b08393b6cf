// Runs the contract's folder as a chaincode service, by Fabric's own launcher.
import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const LAUNCHER = createRequire(import.meta.url).resolve('fabric-shim/cli.js');
const CONTRACT = fileURLToPath(new URL('contract', import.meta.url));

/**
 * Starts the service, and waits until it listens. A supervisor runs the same command where it is to stay.
 * @param {string} address where it listens, `host:port`
 * @param {string} packageId id of the package that the organisations approve
 */
export async function startService(address, packageId) {
  const args = [
    'server',
    '--chaincode-address',
    address,
    '--chaincode-id',
    packageId,
    '--module-path',
    CONTRACT,
  ];
  const service = spawn(process.execPath, ['--no-deprecation', LAUNCHER, ...args], {
    stdio: 'inherit',
    env: { ...process.env, CORE_CHAINCODE_LOGGING_LEVEL: 'CRITICAL' },
  });
  while (!(await listens(address))) {
    if (service.exitCode !== null) throw new Error('the chaincode service has ended');
    await sleep(100);
  }
  return service;
}

/**
 * @param {string} address
 * @returns {Promise<boolean>}
 */
function listens(address) {
  const { hostname, port } = new URL(`tcp://${address}`);
  return new Promise((resolve) => {
    const socket = connect(Number(port), hostname);
    const answer = (/** @type {boolean} */ open) => {
      socket.destroy();
      resolve(open);
    };
    socket.once('connect', () => answer(true)).once('error', () => answer(false));
  });
}
