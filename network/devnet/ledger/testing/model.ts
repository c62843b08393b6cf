import type { Simulator } from '../types.js';

/** One step of a chaincode; keys are small numbers, so that transactions meet. */
export type Step =
  | { readonly do: 'get'; readonly key: number }
  | { readonly do: 'put'; readonly key: number; readonly value: number }
  | { readonly do: 'del'; readonly key: number }
  | { readonly do: 'note'; readonly key: number; readonly value: number }
  | { readonly do: 'range'; readonly start: number; readonly end: number; readonly limit: number };

/** A transaction of the model: what it read and writes, in the plainest form. */
interface ModelTransaction {
  readonly steps: readonly Step[];
  readonly reads: { readonly key: string; readonly version: string | null }[];
  readonly ranges: {
    readonly from: string;
    readonly upTo: (key: string) => boolean;
    readonly seen: string;
  }[];
}

interface Entry {
  readonly value: number;
  readonly version: string;
}

export const keyText = (key: number): string => `k${String(key).padStart(3, '0')}`;

/** Runs the steps on a simulator of the ledger, with keys below `prefix`. */
export async function runSteps(
  simulator: Simulator,
  namespace: string,
  prefix: string,
  steps: readonly Step[],
): Promise<void> {
  for (const step of steps) {
    if (step.do === 'range') {
      const cursor = simulator.range(namespace, prefix + keyText(step.start), prefix + keyText(step.end));
      for (let i = 0; i < step.limit; i++) if ((await cursor.next()) === null) break;
      continue;
    }
    const key = prefix + keyText(step.key);
    if (step.do === 'get') simulator.get(namespace, key);
    else if (step.do === 'put') simulator.put(namespace, key, Uint8Array.of(step.value));
    else if (step.do === 'del') simulator.del(namespace, key);
    else simulator.putMetadata(namespace, key, new Map([['note', Uint8Array.of(step.value)]]));
  }
}

/** The rules of Fabric's validation, written as plainly as can be: the definition that the ledger must equal. */
export class ModelLedger {
  #state = new Map<string, Entry>();
  /** Number of writes of each key by valid transactions. */
  readonly writes = new Map<string, number>();

  get state(): ReadonlyMap<string, Entry> {
    return this.#state;
  }

  simulate(steps: readonly Step[]): ModelTransaction {
    const transaction: ModelTransaction = { steps, reads: [], ranges: [] };
    for (const step of steps) {
      if (step.do === 'get') {
        const key = keyText(step.key);
        transaction.reads.push({ key, version: this.#state.get(key)?.version ?? null });
      }
      if (step.do === 'range' && step.limit > 0) transaction.ranges.push(this.#range(step));
    }
    return transaction;
  }

  /** Validation codes of a block, whose valid transactions then are applied. */
  commit(block: number, transactions: readonly ModelTransaction[]): string[] {
    const writtenInBlock = new Set<string>();
    const noted = new Set<string>();
    return transactions.map((transaction, txNum) => {
      // Metadata may hold a key's endorsement policy: who must endorse it next is known in the next block only.
      const touched = transaction.steps.filter(({ do: what }) => ['put', 'del', 'note'].includes(what));
      if (touched.some((step) => 'key' in step && noted.has(keyText(step.key)))) {
        return 'ENDORSEMENT_POLICY_FAILURE';
      }
      for (const step of transaction.steps) if (step.do === 'note') noted.add(keyText(step.key));
      for (const { key, version } of transaction.reads) {
        if (writtenInBlock.has(key) || (this.#state.get(key)?.version ?? null) !== version)
          return 'MVCC_READ_CONFLICT';
      }
      for (const { from, upTo, seen } of transaction.ranges) {
        if (this.#listing(from, upTo) !== seen) return 'PHANTOM_READ_CONFLICT';
      }
      for (const key of this.#apply(transaction.steps, `${block}.${txNum}`)) writtenInBlock.add(key);
      return 'VALID';
    });
  }

  #range({ start, end, limit }: Step & { do: 'range' }): ModelTransaction['ranges'][number] {
    const [from, to] = [keyText(start), keyText(end)];
    const keys = this.#keys(from, (key) => key < to);
    const last = keys.length >= limit ? keys[limit - 1] : undefined;
    const upTo = (key: string): boolean => (last === undefined ? key < to : key <= last);
    return { from, upTo, seen: this.#listing(from, upTo) };
  }

  #apply(steps: readonly Step[], version: string): string[] {
    const values = new Map<string, number | null>();
    const notes = new Set<string>();
    for (const step of steps) {
      if (step.do === 'put') values.set(keyText(step.key), step.value);
      if (step.do === 'del') values.set(keyText(step.key), null);
      if (step.do === 'note') notes.add(keyText(step.key));
    }
    for (const [key, value] of values) {
      if (value === null) this.#state.delete(key);
      else this.#state.set(key, { value, version });
      this.writes.set(key, (this.writes.get(key) ?? 0) + 1);
    }
    const touched = [...notes].filter((key) => !values.has(key) && this.#state.has(key));
    for (const key of touched) this.#state.set(key, { value: this.#state.get(key)?.value ?? 0, version });
    return [...values.keys(), ...touched];
  }

  #keys(from: string, upTo: (key: string) => boolean): string[] {
    return [...this.#state.keys()].filter((key) => key >= from && upTo(key)).sort();
  }

  #listing(from: string, upTo: (key: string) => boolean): string {
    return JSON.stringify(this.#keys(from, upTo).map((key) => [key, this.#state.get(key)?.version]));
  }
}
