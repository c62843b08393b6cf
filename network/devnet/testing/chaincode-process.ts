import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort } from '../../free-port.js';

const here = dirname(fileURLToPath(import.meta.url));
const stock = createRequire(import.meta.url).resolve('fabric-shim/cli.js');

/** Folder of the asset contract, to be run by Fabric's own `fabric-chaincode-node`. */
export const ASSET_CONTRACT = join(here, 'asset-contract');

/** A chaincode server in a process of its own. */
export class ChaincodeProcess {
  readonly address: string;
  readonly packageId: string;
  readonly #folder: string;
  #process: ChildProcess;

  private constructor(folder: string, address: string, packageId: string) {
    this.#folder = folder;
    this.address = address;
    this.packageId = packageId;
    this.#process = this.#spawn();
  }

  /** Starts the stock `fabric-chaincode-node server` on a free port. */
  static async start(packageId: string, folder = ASSET_CONTRACT): Promise<ChaincodeProcess> {
    return new ChaincodeProcess(folder, `127.0.0.1:${await freePort()}`, packageId);
  }

  /** Starts it at an address that peers know already. */
  static at(address: string, packageId: string, folder = ASSET_CONTRACT): ChaincodeProcess {
    return new ChaincodeProcess(folder, address, packageId);
  }

  /** Kills the process at once. */
  async kill(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const exited = once(this.#process, 'exit');
    this.#process.kill('SIGKILL');
    await exited;
  }

  /** Starts it again at the same address. */
  restart(): void {
    this.#process = this.#spawn();
  }

  #spawn(): ChildProcess {
    const args = ['server', '--chaincode-address', this.address, '--chaincode-id', this.packageId];
    return spawn(process.execPath, [stock, ...args], {
      cwd: this.#folder,
      env: { ...process.env, CORE_CHAINCODE_LOGGING_LEVEL: 'critical', NODE_OPTIONS: '' },
      stdio: 'ignore',
    });
  }
}
