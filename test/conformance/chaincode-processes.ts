import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort } from '../../network/free-port.js';
import type { ScriptedChaincode } from './chaincodes.js';

type Package = ScriptedChaincode['package'];

const folder = join(dirname(fileURLToPath(import.meta.url)), 'contract');
const stock = createRequire(import.meta.url).resolve('fabric-shim/cli.js');

/** The processes of the packages, each reached by every peer. */
export class ChaincodeProcesses {
  readonly #addresses: ReadonlyMap<Package, string>;
  readonly #processes = new Map<Package, { readonly id: string; readonly child: ChildProcess }>();

  private constructor(addresses: ReadonlyMap<Package, string>) {
    this.#addresses = addresses;
  }

  /** Finds a port for each package; nothing runs yet, since a package's id may depend on it. */
  static async reserve(): Promise<ChaincodeProcesses> {
    const packages: readonly Package[] = ['a', 'b', 'c'];
    return new ChaincodeProcesses(
      new Map(
        await Promise.all(packages.map(async (name) => [name, `127.0.0.1:${await freePort()}`] as const)),
      ),
    );
  }

  address(name: Package): string {
    return this.#addresses.get(name) ?? '';
  }

  /** The id that a package's process was started with. */
  id(name: Package): string {
    return this.#processes.get(name)?.id ?? '';
  }

  /** Starts a package's process: by Fabric's own launcher, where it is a contract. */
  start(name: Package, packageId: string): void {
    const address = this.address(name);
    const args =
      name === 'c'
        ? [join(folder, 'raw.js')]
        : [stock, 'server', '--chaincode-address', address, '--chaincode-id', packageId];
    const child = spawn(process.execPath, args, {
      cwd: folder,
      env: {
        ...process.env,
        CORE_CHAINCODE_LOGGING_LEVEL: 'critical',
        NODE_OPTIONS: '',
        CHAINCODE_ID: packageId,
        CHAINCODE_SERVER_ADDRESS: address,
      },
      stdio: 'ignore',
    });
    this.#processes.set(name, { id: packageId, child });
  }

  /** Ends a package's process. */
  async stop(name: Package): Promise<void> {
    const child = this.#processes.get(name)?.child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
  }

  async stopAll(): Promise<void> {
    await Promise.all([...this.#processes.keys()].map((name) => this.stop(name)));
  }
}
