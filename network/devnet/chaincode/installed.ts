import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  CotraceError,
  parseStrictJson,
  relayedError,
  sha256,
  Shape,
  toHex,
  type JsonValue,
} from '@cotrace/core';
import { parsePackage, packageIdOf, serviceAddress } from './package.js';
import { replaceFile } from './replace-file.js';
import { textOfFile } from '../../text-file.js';

/** A package that a peer has. */
export interface InstalledPackage {
  readonly packageId: string;
  readonly label: string;
}

interface Known extends InstalledPackage {
  readonly address: string;
}

const FILE = /^(.+)\.([0-9a-f]{64})\.tar\.gz$/;
const ADDRESSES = 'addresses.json';
/** A line for each of 65,535 domains, with a package id of at most some 200 bytes. */
const MAX_ADDRESSES_BYTES = 16 * 1024 * 1024;

/**
 * The chaincodes of one peer: the packages installed on it, as Fabric keeps them, and beside them the addresses of
 * chaincode services that it was told of without a package. All of it is in one folder, each file replaced as a
 * whole, so that a crash leaves the old one or the new one.
 */
export class InstalledChaincodes {
  readonly #dir: string;
  readonly #config: Readonly<Record<string, string>>;
  readonly #packages = new Map<string, Known>();
  readonly #addresses: Map<string, string>;

  /**
   * Reads the folder, or makes it. `config` fills the templates in packages. Throws `INSTALLED_CHAINCODES` if it is
   * damaged, or if a package does not fit `config` any more.
   */
  constructor(dir: string, config: Readonly<Record<string, string>>) {
    this.#dir = dir;
    this.#config = config;
    mkdirSync(dir, { recursive: true });
    this.#addresses = new Map(Object.entries(readAddresses(join(dir, ADDRESSES))));
    for (const name of readdirSync(dir)) {
      if (FILE.test(name)) this.#load(name);
    }
  }

  /** Address of a package's chaincode service, null for a package that the peer does not have. */
  address(packageId: string): string | null {
    return this.#addresses.get(packageId) ?? this.#packages.get(packageId)?.address ?? null;
  }

  /** Tells the address of a chaincode service, which takes the place of an earlier one. */
  setAddress(packageId: string, address: string): void {
    if (this.#addresses.get(packageId) === address) return;
    this.#addresses.set(packageId, address);
    const text = JSON.stringify(Object.fromEntries(this.#addresses), null, 2);
    replaceFile(join(this.#dir, ADDRESSES), Buffer.from(`${text}\n`));
  }

  /** Every address with its package id. */
  endpoints(): { readonly packageId: string; readonly address: string }[] {
    const packages = [...this.#packages.values()].map(({ packageId, address }): [string, string] => [
      packageId,
      address,
    ]);
    const all = new Map([...packages, ...this.#addresses]);
    return [...all].map(([packageId, address]) => ({ packageId, address }));
  }

  /** The installed packages, sorted by their ids. */
  packages(): InstalledPackage[] {
    return [...this.#packages.values()].sort((a, b) => (a.packageId < b.packageId ? -1 : 1));
  }

  /** Bytes of an installed package, null if there is none of the id. */
  packageBytes(packageId: string): Uint8Array | null {
    return this.#packages.has(packageId) ? readFileSync(join(this.#dir, fileName(packageId))) : null;
  }

  /**
   * Installs a package (`InstallChaincode` of lifecycle/lifecycle.go). Throws `BAD_PACKAGE`, `ALREADY_INSTALLED`, in
   * Fabric's words.
   */
  install(bytes: Uint8Array): InstalledPackage {
    const parsed = attempt('could not parse as a chaincode install package', () => parsePackage(bytes));
    const { label } = parsed;
    const packageId = packageIdOf(label, bytes);
    if (this.#packages.has(packageId)) {
      throw new CotraceError(
        'ALREADY_INSTALLED',
        `chaincode already successfully installed (package ID '${packageId}')`,
        { packageId },
      );
    }
    const address = attempt('could not build chaincode', () => serviceAddress(parsed, this.#config));
    replaceFile(join(this.#dir, fileName(packageId)), bytes);
    this.#packages.set(packageId, { packageId, label, address });
    return { packageId, label };
  }

  #load(name: string): void {
    const path = join(this.#dir, name);
    const bytes = readFileSync(path);
    const hash = FILE.exec(name)?.[2];
    if (hash !== toHex(sha256(bytes))) throw damaged(path, 'remove it and install the package again');
    try {
      const parsed = parsePackage(bytes);
      const packageId = packageIdOf(parsed.label, bytes);
      const address = serviceAddress(parsed, this.#config);
      this.#packages.set(packageId, { packageId, label: parsed.label, address });
    } catch (cause) {
      throw damaged(path, 'remove it, or give the peer the configuration that it needs', cause);
    }
  }
}

/** Labels hold no colon, so that the file names of two packages differ. */
function fileName(packageId: string): string {
  return `${packageId.replace(':', '.')}.tar.gz`;
}

function damaged(path: string, advice: string, cause?: unknown): CotraceError {
  return new CotraceError('INSTALLED_CHAINCODES', `${path} cannot be used: ${advice}`, { path }, cause);
}

function attempt<T>(what: string, run: () => T): T {
  try {
    return run();
  } catch (cause) {
    if (!(cause instanceof CotraceError)) throw cause;
    throw relayedError(cause.code, `${what}: ${cause.message}`, cause.detail, cause);
  }
}

function readAddresses(path: string): Record<string, string> {
  if (!existsSync(path)) return {};
  const advice = 'remove it and deploy again';
  let value: JsonValue;
  try {
    value = parseStrictJson(textOfFile(readFileSync(path), path), MAX_ADDRESSES_BYTES);
  } catch (cause) {
    throw damaged(path, advice, cause);
  }
  const source = { code: 'INSTALLED_CHAINCODES', locate: () => path, advice, evidence: { path } } as const;
  const root = new Shape(value, source);
  return Object.fromEntries(root.names().map((name) => [name, root.at(name).text()]));
}
