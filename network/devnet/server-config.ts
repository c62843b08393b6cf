import { CotraceError } from '@cotrace/core';
import { channelPolicyReference } from '@cotrace/fabric-model';
import { readTopology } from '../topology.js';
import type { EndorsementRules } from './channel/genesis-policies.js';
import type { Deployment } from './deploy.js';
import type { DevnetOptions, ListenOptions } from './options.js';
import { readTextFile } from '../text-file.js';

type Fields = Readonly<Record<string, unknown>>;

/** Reads values out of a configuration, naming the place of one that is wrong. Throws `DEVNET_CONFIG`. */
class Part {
  readonly #fields: Fields;
  readonly #path: string;

  constructor(value: unknown, path: string, allowed: readonly string[]) {
    this.#path = path;
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      throw this.error('', 'an object');
    this.#fields = value as Fields;
    for (const name of Object.keys(value)) {
      if (!allowed.includes(name)) throw this.error(name, `one of ${allowed.join(', ')}`);
    }
  }

  get(name: string): unknown {
    return this.#fields[name];
  }

  text(name: string): string {
    const value = this.get(name);
    if (typeof value !== 'string' || value === '') throw this.error(name, 'a text');
    return value;
  }

  integer(name: string, least: number, most: number): number {
    const value = this.get(name);
    if (typeof value !== 'number' || !Number.isInteger(value) || value < least || value > most) {
      throw this.error(name, `a whole number from ${least} to ${most}`);
    }
    return value;
  }

  names(): string[] {
    return Object.keys(this.#fields);
  }

  part(name: string, allowed?: readonly string[]): Part {
    const value = this.get(name) ?? {};
    return new Part(value, `${this.#path}${name}.`, allowed ?? Object.keys(value));
  }

  /** One of some words, undefined if it is left out. */
  oneOf<Word extends string>(name: string, words: readonly Word[]): Word | undefined {
    const value = this.get(name);
    if (value === undefined) return undefined;
    const word = words.find((candidate) => candidate === value);
    if (word === undefined) throw this.error(name, `one of ${words.join(', ')}`);
    return word;
  }

  parts(name: string, allowed: readonly string[]): Part[] {
    const value = this.get(name) ?? [];
    if (!Array.isArray(value)) throw this.error(name, 'a list');
    return value.map((item, i) => new Part(item, `${this.#path}${name}[${i}].`, allowed));
  }

  error(name: string, wanted: string): CotraceError {
    const place = `${this.#path}${name}`.replace(/\.$/, '') || 'the configuration';
    return new CotraceError('DEVNET_CONFIG', `${place} must be ${wanted}`, { place });
  }
}

const MAX_PORT = 65_535;

function readDeployment(part: Part): Deployment {
  const addresses = part.part('addresses');
  return {
    channel: part.text('channel'),
    name: part.text('name'),
    version: part.text('version'),
    sequence: part.integer('sequence', 1, Number.MAX_SAFE_INTEGER),
    packageId: part.text('packageId'),
    ...(part.get('policy') !== undefined && { policy: channelPolicyReference(part.text('policy')) }),
    addresses: Object.fromEntries(addresses.names().map((name) => [name, addresses.text(name)])),
  };
}

const RULES = ['ANY', 'ALL', 'MAJORITY'] as const;

function readRules(part: Part): EndorsementRules {
  const endorsement = part.oneOf('endorsement', RULES);
  const lifecycleEndorsement = part.oneOf('lifecycleEndorsement', RULES);
  return { ...(endorsement && { endorsement }), ...(lifecycleEndorsement && { lifecycleEndorsement }) };
}

function readListen(part: Part): ListenOptions {
  const peers = part.part('peers');
  return {
    ...(part.get('host') !== undefined && { host: part.text('host') }),
    ...(part.get('orderer') !== undefined && { orderer: part.integer('orderer', 0, MAX_PORT) }),
    peers: Object.fromEntries(peers.names().map((name) => [name, peers.integer(name, 0, MAX_PORT)])),
  };
}

function readChaincodeConfig(part: Part): Record<string, Record<string, string>> {
  return Object.fromEntries(
    part.names().map((name) => {
      const fields = part.part(name);
      return [name, Object.fromEntries(fields.names().map((field) => [field, fields.text(field)]))];
    }),
  );
}

/**
 * Reads the configuration of the network's own process, JSON: `topology` (path of the topology file), `dir` (state
 * folder), `deployments` (as `Deployment`, with the path of a policy of the channel for `policy`), `chaincodeConfig` and
 * `rules` (as in `DevnetOptions`) and `listen` (as `ListenOptions`), the last four optional. Throws `DEVNET_CONFIG` naming what is wrong, `TOPOLOGY`.
 */
export function readServerConfig(path: string): DevnetOptions {
  let value: unknown;
  try {
    value = JSON.parse(readTextFile(path, 'DEVNET_CONFIG'));
  } catch (cause) {
    throw new CotraceError('DEVNET_CONFIG', `${path} cannot be read as JSON`, { path }, cause);
  }
  const root = new Part(value, '', ['topology', 'dir', 'deployments', 'chaincodeConfig', 'rules', 'listen']);
  const fields = ['channel', 'name', 'version', 'sequence', 'packageId', 'addresses', 'policy'];
  return {
    topology: readTopology(root.text('topology')),
    dir: root.text('dir'),
    deployments: root.parts('deployments', fields).map(readDeployment),
    rules: readRules(root.part('rules', ['endorsement', 'lifecycleEndorsement'])),
    chaincodeConfig: readChaincodeConfig(root.part('chaincodeConfig')),
    listen: readListen(root.part('listen', ['host', 'peers', 'orderer'])),
  };
}
