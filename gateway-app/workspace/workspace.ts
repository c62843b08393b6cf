import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

/** Where a network of this machine keeps everything, below one folder. */
export class Workspace {
  readonly root: string;

  constructor(root: string) {
    this.root = resolve(root);
  }

  readonly path = (...parts: readonly string[]): string => join(this.root, ...parts);

  /** What runs, and where: addresses and process ids. */
  get network(): string {
    return this.path('network.json');
  }

  /** The configuration that all nodes and clients share. */
  get consortium(): string {
    return this.path('consortium.json');
  }

  /** What an outsider needs to verify a proof. */
  get trust(): string {
    return this.path('trust.json');
  }

  /** Which domain an event is recorded in; for people to edit. */
  get captureRules(): string {
    return this.path('capture-rules.yaml');
  }

  get topology(): string {
    return this.path('topology.yaml');
  }

  /** Which kind of Fabric network this is. */
  get backend(): string {
    return this.path('backend.json');
  }

  /** Configurations of the processes. */
  get configs(): string {
    return this.path('config');
  }

  /** Stores of the nodes. */
  get nodes(): string {
    return this.path('nodes');
  }

  /** State folder of the embedded network, certificates included. */
  get devnet(): string {
    return this.path('devnet');
  }

  /** Everything of real Fabric nodes, certificates included. */
  get fabric(): string {
    return this.path('fabric');
  }

  /** Id of the chaincode package, for services on hosts of their own. */
  get chaincodeId(): string {
    return this.path('chaincode-id');
  }

  /** Taken by the one command that changes the network. */
  get lock(): string {
    return this.path('lock');
  }

  get clients(): string {
    return this.path('clients');
  }

  get logs(): string {
    return this.path('logs');
  }

  /** Configuration of an organisation's client. */
  client(organisation: string): string {
    return join(this.clients, `${organisation}.json`);
  }

  log(process: string): string {
    return join(this.logs, `${process}.log`);
  }
}

/** Writes a file so that readers see the old content or the new one, never a part. */
export function writeAtomically(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  const temporary = `${path}.${process.pid}.tmp`;
  writeFileSync(temporary, text);
  renameSync(temporary, path);
}

/** Writes a value as JSON, as a whole. */
export function writeJson(path: string, value: unknown): void {
  writeAtomically(path, json(value));
}

/** Whether a file holds another value than `writeJson` would write; false where there is no file. */
export function hasChanged(path: string, value: unknown): boolean {
  return existsSync(path) && !isWritten(path, value);
}

/** Whether a file holds what `writeJson` would write. */
export function isWritten(path: string, value: unknown): boolean {
  return existsSync(path) && readFileSync(path, 'utf8') === json(value);
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
