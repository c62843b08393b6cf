import { sha256, toHex, utf8 } from '@cotrace/core';
import type { LedgerBlock, LedgerCall, Workload } from './ledger-call.js';
import type { LedgerNetwork } from './ledger-network.js';
import type { LedgerView } from './ledger-state.js';
import { Random } from './random.js';
import type { Simulation } from './simulation.js';

/**
 * What a transaction does: `create` a key, `update` one, `remove` one, give one an endorsement policy of its own (`policy`),
 * update one and, through a call between chaincodes, one of another domain (`call`), or update what a transaction before it in
 * the block has updated, which makes it invalid (`collide`).
 */
export const ACTS = ['create', 'update', 'remove', 'policy', 'call', 'collide'] as const;
export type Act = (typeof ACTS)[number];

/** A run of blocks with one mixture. */
export interface Phase {
  readonly blocks: number;
  /** Transactions of a block, where they are not as many as the setting's. */
  readonly perBlock?: number;
  /** How often each act is chosen, beside the others; what is left out never is. */
  readonly mix: Readonly<Partial<Record<Act, number>>>;
}

/** Keys and values without a meaning: what is written, and how often. */
export interface PlainSetting {
  readonly seed: number;
  /** Each equally likely. */
  readonly domains: readonly string[];
  /** Transactions of a block. */
  readonly perBlock: number;
  readonly phases: readonly Phase[];
  /** Every block whose number is a multiple holds one transaction of no domain; 0: none does. */
  readonly quietEvery: number;
  /** Bytes of a value, at least 1. */
  readonly valueBytes: number;
  /** How many of them, near its beginning, are digits of hashes, which do not compress. The others do. */
  readonly digits: number;
}

/** A chaincode that is no domain: what it writes is in the ledger and in the state trie, and in no business node. */
export const ELSEWHERE = 'elsewhere';
/** Blocks before the workload's first. */
const BEFORE = 2;
/** Draws of a key that no transaction of the block has touched yet, before a new one is made instead. */
const DRAWS = 8;
const WRITTEN = { answer: '' };
const HASH_DIGITS = 64;
const NOTE = 'one record of a product, with words that are in all of them. ';

/** A ledger of plain keys. An act that finds no key creates one. */
export function plainWorkload(network: LedgerNetwork, setting: PlainSetting): Workload {
  const { mspId } = network.organisation(0);
  return {
    chaincodes: [...setting.domains, ...(setting.quietEvery > 0 ? [ELSEWHERE] : [])],
    blocks: (view) => blocksOf({ ...setting, mspId }, view),
  };
}

/** The key of a product. */
export function plainKey(index: number): string {
  return `product/https://id.gs1.org/01/09506000134352/21/${String(index).padStart(8, '0')}`;
}

/** The value of a key when it is written in block `blockNum`: text like that of records. */
export function plainValue(
  index: number,
  blockNum: number,
  { valueBytes, digits }: Pick<PlainSetting, 'valueBytes' | 'digits'>,
): Uint8Array {
  const hashes = Array.from({ length: Math.ceil(digits / HASH_DIGITS) }, (_, i) =>
    toHex(sha256(utf8(`${index}/${blockNum}/${i}`))),
  );
  const text = JSON.stringify({
    checksum: hashes.join('').slice(0, digits),
    serial: String(index).padStart(12, '0'),
    block: blockNum,
    step: 'shipping',
    disposition: 'in_transit',
    bizLocation: 'urn:epc:id:sgln:9506000.00001.0',
    readPoint: 'urn:epc:id:sgln:9506000.00001.1',
    note: NOTE.repeat(Math.ceil(valueBytes / NOTE.length)),
  });
  return utf8(text.slice(0, valueBytes));
}

/** The setting, and the organisation whose peer endorses every generated transaction. */
interface Terms extends PlainSetting {
  readonly mspId: string;
}

function* blocksOf(setting: Terms, view: LedgerView): Generator<LedgerBlock> {
  const random = new Random(setting.seed);
  const created = setting.domains.map(() => 0);
  let blockNum = BEFORE;
  for (const { blocks, mix, perBlock } of setting.phases) {
    for (let i = 0; i < blocks; i++, blockNum++) {
      const isQuiet = setting.quietEvery > 0 && blockNum % setting.quietEvery === 0;
      if (isQuiet) yield [quiet(blockNum)];
      else
        yield new BlockOfActs(setting, view, random, created, blockNum).calls(
          mix,
          perBlock ?? setting.perBlock,
        );
    }
  }
}

function quiet(blockNum: number): LedgerCall {
  const key = `note/${blockNum}`;
  return {
    chaincode: ELSEWHERE,
    organisation: 0,
    args: ['put', key],
    run: (simulation) => {
      simulation.put(ELSEWHERE, key, utf8('quiet'));
      return WRITTEN;
    },
  };
}

/** A key of a domain, by its number among those that were created. */
interface Place {
  readonly domain: string;
  readonly index: number;
}

class BlockOfActs {
  readonly #setting: Terms;
  readonly #view: LedgerView;
  readonly #random: Random;
  /** Keys of each domain so far, removed ones included. */
  readonly #created: number[];
  readonly #blockNum: number;
  /** What transactions of the block have touched. */
  readonly #touched = new Set<string>();
  readonly #updated: Place[] = [];

  constructor(setting: Terms, view: LedgerView, random: Random, created: number[], blockNum: number) {
    this.#setting = setting;
    this.#view = view;
    this.#random = random;
    this.#created = created;
    this.#blockNum = blockNum;
  }

  calls(mix: Phase['mix'], count: number): LedgerCall[] {
    const weights = ACTS.map((act) => mix[act] ?? 0);
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    return Array.from({ length: count }, () => {
      let drawn = this.#random.below(total);
      const act = ACTS.find((_, i) => (drawn -= weights[i] ?? 0) < 0) ?? 'create';
      return this.#call(act, this.#random.below(this.#setting.domains.length));
    });
  }

  #call(act: Act, at: number): LedgerCall {
    if (act === 'collide') {
      const place = this.#updated[this.#random.below(this.#updated.length)];
      return place === undefined ? this.#create(at) : this.#update('update', [place]);
    }
    const place = act === 'create' ? null : this.#draw(at);
    if (place === null) return this.#create(at);
    if (act === 'remove' || act === 'policy') return this.#change(act, place);
    const other = act === 'call' ? this.#draw((at + 1) % this.#setting.domains.length) : null;
    const places = other === null ? [place] : [place, other];
    this.#updated.push(...places);
    return this.#update(act, places);
  }

  #create(at: number): LedgerCall {
    const index = this.#created[at] ?? 0;
    this.#created[at] = index + 1;
    const domain = this.#setting.domains[at] ?? '';
    this.#touched.add(`${domain}/${index}`);
    return this.#update('create', [{ domain, index }]);
  }

  /** A live key that no transaction of the block has touched; null where none was found soon. */
  #draw(at: number): Place | null {
    const domain = this.#setting.domains[at] ?? '';
    const count = this.#created[at] ?? 0;
    for (let draw = 0; draw < DRAWS && count > 0; draw++) {
      const index = this.#random.below(count);
      const id = `${domain}/${index}`;
      if (this.#touched.has(id) || this.#view.get(domain, plainKey(index)) === null) continue;
      this.#touched.add(id);
      return { domain, index };
    }
    return null;
  }

  #update(name: string, places: readonly Place[]): LedgerCall {
    const written = places.map(({ domain, index }) => ({
      domain,
      key: plainKey(index),
      value: plainValue(index, this.#blockNum, this.#setting),
    }));
    const args = [name, ...written.flatMap(({ key, value }) => [key, new TextDecoder().decode(value)])];
    return this.#of(places, args, (simulation) => {
      for (const { domain, key, value } of written) {
        simulation.get(domain, key);
        simulation.put(domain, key, value);
      }
    });
  }

  #change(act: 'remove' | 'policy', place: Place): LedgerCall {
    const { domain, index } = place;
    const { mspId } = this.#setting;
    const key = plainKey(index);
    return this.#of([place], [act, key], (simulation) => {
      simulation.get(domain, key);
      if (act === 'remove') simulation.del(domain, key);
      else simulation.setPolicy(domain, key, mspId);
    });
  }

  #of(places: readonly Place[], args: readonly string[], act: (simulation: Simulation) => void): LedgerCall {
    return {
      chaincode: places[0]?.domain ?? '',
      organisation: 0,
      args,
      run: (simulation) => {
        act(simulation);
        return WRITTEN;
      },
    };
  }
}
