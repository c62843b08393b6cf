import { CotraceError, defaultQuorum, fromHex, isCotraceError } from '@cotrace/core';
import { readTextFile } from '@cotrace/network';

export type NodeRole = 'master' | 'business' | 'client';

/** A node or client of the consortium: which certificate it is, and what it may ask for. */
export interface ConsortiumNode {
  readonly name: string;
  readonly role: NodeRole;
  /** MSP id of its organisation. */
  readonly mspId: string;
  /** The domain of a business node. */
  readonly domain: string | null;
  /** `host:port` where it listens; null for a client. */
  readonly address: string | null;
  /** SHA-256 of its TLS certificate (DER), 64 lower-case hexadecimal digits. */
  readonly certificate: string;
}

/** An organisation: its peer, and the TLS authorities that its nodes' certificates come from. */
export interface ConsortiumOrganisation {
  readonly name: string;
  readonly mspId: string;
  readonly peer: { readonly address: string; readonly serverName: string | null };
  readonly tlsRoots: string;
}

export interface ConsortiumChannel {
  readonly name: string;
  /** Hash of the header of the genesis block, 64 lower-case hexadecimal digits. */
  readonly genesisHeaderHash: string;
}

/** The configuration that all nodes and clients of a consortium share. */
export interface Consortium {
  readonly version: 1;
  readonly channels: { readonly main: ConsortiumChannel; readonly checking: ConsortiumChannel };
  /** Checking height c: main blocks in a cycle, at least 2. */
  readonly checkingHeight: number;
  /** How many organisations must agree; null for the default, max(2, floor(n/2)+1). */
  readonly quorum: number | null;
  readonly domains: readonly string[];
  readonly organisations: readonly ConsortiumOrganisation[];
  readonly nodes: readonly ConsortiumNode[];
}

/** How many organisations must agree: never fewer than the default. */
export function quorumOf({ organisations, quorum }: Pick<Consortium, 'organisations' | 'quorum'>): number {
  return Math.max(quorum ?? 0, defaultQuorum(organisations.length));
}

/** Reads a consortium file. Throws `CONFIG` with the member that is wrong. */
export function readConsortium(path: string): Consortium {
  const text = readTextFile(path, 'CONFIG', '; is the network up?');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new CotraceError('CONFIG', `${path} is not JSON`, { path }, cause);
  }
  return checkConsortium(value, path);
}

/** Checks the shape of a consortium configuration; `where` names it in errors. */
export function checkConsortium(value: unknown, where: string): Consortium {
  const root = new Shape(value, where);
  root.literal('version', 1);
  const channels = root.object('channels');
  for (const name of ['main', 'checking']) {
    const channel = channels.object(name);
    channel.text('name');
    channel.hash('genesisHeaderHash');
  }
  root.integer('checkingHeight', 2);
  if (root.member('quorum') !== null) root.integer('quorum', 2);
  for (const domain of root.list('domains')) domain.isText();
  for (const organisation of root.list('organisations')) {
    organisation.text('name');
    organisation.text('mspId');
    organisation.object('peer').text('address');
    organisation.text('tlsRoots');
  }
  for (const node of root.list('nodes')) {
    node.text('name');
    node.text('mspId');
    node.oneOf('role', ['master', 'business', 'client']);
    node.hash('certificate');
  }
  return value as Consortium;
}

/** A value whose members are checked one by one; errors say where. */
class Shape {
  readonly #value: unknown;
  readonly #where: string;

  constructor(value: unknown, where: string) {
    this.#value = value;
    this.#where = where;
  }

  member(name: string): unknown {
    if (typeof this.#value !== 'object' || this.#value === null || Array.isArray(this.#value)) {
      throw this.#wrong('an object');
    }
    return (this.#value as Record<string, unknown>)[name];
  }

  object(name: string): Shape {
    const child = new Shape(this.member(name), `${this.#where}: ${name}`);
    child.member('');
    return child;
  }

  list(name: string): Shape[] {
    const value = this.member(name);
    if (!Array.isArray(value)) throw new Shape(value, `${this.#where}: ${name}`).#wrong('a list');
    return value.map((item: unknown, i) => new Shape(item, `${this.#where}: ${name}[${i}]`));
  }

  text(name: string): void {
    new Shape(this.member(name), `${this.#where}: ${name}`).isText();
  }

  isText(): void {
    if (typeof this.#value !== 'string' || this.#value === '') throw this.#wrong('text');
  }

  integer(name: string, least: number): void {
    const value = this.member(name);
    if (!Number.isSafeInteger(value) || (value as number) < least) {
      throw new Shape(value, `${this.#where}: ${name}`).#wrong(`a whole number of at least ${least}`);
    }
  }

  hash(name: string): void {
    const shape = new Shape(this.member(name), `${this.#where}: ${name}`);
    shape.isText();
    try {
      fromHex(shape.#value as string, 32);
    } catch (cause) {
      if (!isCotraceError(cause)) throw cause;
      throw shape.#wrong('64 lower-case hexadecimal digits', cause);
    }
  }

  literal(name: string, wanted: unknown): void {
    if (this.member(name) !== wanted) {
      throw new Shape(undefined, `${this.#where}: ${name}`).#wrong(JSON.stringify(wanted));
    }
  }

  oneOf(name: string, words: readonly string[]): void {
    const value = this.member(name);
    if (typeof value !== 'string' || !words.includes(value)) {
      throw new Shape(value, `${this.#where}: ${name}`).#wrong(`one of ${words.join(', ')}`);
    }
  }

  #wrong(expected: string, cause?: unknown): CotraceError {
    return new CotraceError('CONFIG', `${this.#where} must be ${expected}`, { where: this.#where }, cause);
  }
}
