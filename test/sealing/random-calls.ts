import { keyPolicy } from '../conformance/chaincodes.js';
import type { Random } from '../faults/random.js';
import { CALLER } from './contracts.js';

/** An operation of the contract in `test/conformance/contract`, by its name. */
type Operation = readonly [name: string, ...args: readonly unknown[]];

/** What a call does; `across` calls the chaincodes of two domains, `conflict` reads and writes what others do too. */
export const KINDS = ['create', 'update', 'delete', 'policy', 'across', 'conflict'] as const;
export type Kind = (typeof KINDS)[number];

/** A call of a chaincode. */
export interface RandomCall {
  readonly kind: Kind;
  readonly chaincode: string;
  readonly operations: readonly Operation[];
}

const POLICIES = [
  keyPolicy(1, ['Org1MSP']),
  keyPolicy(1, ['Org3MSP']),
  keyPolicy(2, ['Org1MSP', 'Org2MSP', 'Org3MSP']),
];

/** Makes calls by chance: the same seed gives the same ones. Keys that were deleted are created again. */
export class RandomCalls {
  readonly #random: Random;
  readonly #domains: readonly string[];
  readonly #live = new Map<string, string[]>();
  readonly #deleted = new Map<string, string[]>();
  #made = 0;

  constructor(random: Random, domains: readonly string[]) {
    this.#random = random;
    this.#domains = domains;
  }

  next(): RandomCall {
    const domain = this.#random.one(this.#domains);
    const kind = this.#keys(this.#live, domain).length < 4 ? 'create' : this.#random.one(KINDS);
    if (kind === 'across') return { kind, chaincode: CALLER, operations: this.#across(domain) };
    return { kind, chaincode: domain, operations: this.#operations(kind, domain) };
  }

  #operations(kind: Exclude<Kind, 'across'>, domain: string): readonly Operation[] {
    switch (kind) {
      case 'create':
        return [this.#create(domain)];
      case 'update':
        return [this.#update(domain)];
      case 'delete':
        return [this.#delete(domain)];
      case 'policy':
        return this.#policy(domain);
      case 'conflict':
        return [['add', 'load/counter']];
    }
  }

  /**
   * It reads the key as well: Fabric's peers stop for good at a block in which one transaction deletes a key and a later one sets
   * its policy without having read it (docs/threat-model.md).
   */
  #policy(domain: string): readonly Operation[] {
    const key = this.#liveKey(domain);
    return [
      ['get', key],
      ['setPolicy', key, this.#random.one(POLICIES)],
    ];
  }

  /** Writes in the caller's own state, and in two domains. */
  #across(domain: string): readonly Operation[] {
    const other = this.#random.one(this.#domains.filter((name) => name !== domain));
    const called = (name: string, operations: readonly Operation[]): Operation => [
      'call',
      name,
      '',
      ['run', JSON.stringify(operations)],
    ];
    return [
      ['put', 'last', domain],
      called(domain, [this.#update(domain)]),
      called(other, [this.#create(other), this.#delete(other)]),
    ];
  }

  #create(domain: string): Operation {
    const deleted = this.#keys(this.#deleted, domain);
    const again = this.#random.integer(0, 2) === 0 ? deleted.shift() : undefined;
    const key = again ?? `load/${(this.#made += 1)}`;
    this.#keys(this.#live, domain).push(key);
    return ['put', key, `created ${this.#made}`];
  }

  #update(domain: string): Operation {
    return ['put', this.#liveKey(domain), `updated ${(this.#made += 1)}`];
  }

  #delete(domain: string): Operation {
    const key = this.#liveKey(domain);
    const live = this.#keys(this.#live, domain);
    live.splice(live.indexOf(key), 1);
    this.#keys(this.#deleted, domain).push(key);
    return ['del', key];
  }

  #liveKey(domain: string): string {
    return this.#random.one(this.#keys(this.#live, domain));
  }

  #keys(of: Map<string, string[]>, domain: string): string[] {
    const keys = of.get(domain) ?? [];
    of.set(domain, keys);
    return keys;
  }
}
