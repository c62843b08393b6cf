import { decodeHead, equalBytes, traceTrieKey, type TraceHead } from '@cotrace/core';
import { hiddenIn, type ShownEvent, type TraceQuestion } from '@cotrace/verifier';
import { ROWS_A_READ } from '../limits.js';
import type { MasterStore } from '../master-store.js';
import { EventContents, type EventContent } from './event-contents.js';
import type { HeadsAtBlock } from './heads.js';
import type { Pace } from './pace.js';

/** A trace as far as its events were read: all that its head counts, but for those of others than the recorders. */
export interface ReadTrace {
  /** Value in the trie; null where nobody has recorded it. */
  readonly value: Uint8Array | null;
  readonly head: TraceHead;
  /** The events of each of the head's trees, in their order. */
  readonly trees: readonly (readonly EventContent[])[];
}

/** Reads traces with all their events, and what they gained since. */
export class TraceReader {
  readonly #store: MasterStore;
  readonly #contents: EventContents;
  readonly #pace: Pace;
  readonly #recorders: TraceQuestion['recorders'];
  readonly #traces = new Map<string, ReadTrace>();

  /** `recorders`: whose events are read; of others their number is enough. */
  constructor(store: MasterStore, pace: Pace, recorders: TraceQuestion['recorders']) {
    this.#store = store;
    this.#recorders = recorders;
    this.#contents = new EventContents(store);
    this.#pace = pace;
  }

  get traces(): ReadonlyMap<string, ReadTrace> {
    return this.#traces;
  }

  /** Brings traces to these heads, which are not older than what was read; returns whether any has gained events. */
  async read(traceIds: readonly string[], { values }: HeadsAtBlock): Promise<boolean> {
    let changed = false;
    for (const [i, traceId] of traceIds.entries()) {
      const value = values[i] ?? null;
      const known = this.#traces.get(traceId) ?? null;
      if (known === null) this.#pace.count('traces', 1);
      else if (isSame(known.value, value)) continue;
      const grown = await this.#grown(traceId, value, known);
      changed ||= known === null || lengthOf(known) < lengthOf(grown);
      this.#traces.set(traceId, grown);
      await this.#pace.breathe();
    }
    return changed;
  }

  async #grown(traceId: string, value: Uint8Array | null, known: ReadTrace | null): Promise<ReadTrace> {
    const head = value === null ? [] : decodeHead(value);
    const traceKey = traceTrieKey(traceId);
    const trees: (readonly EventContent[])[] = [];
    for (const { mspId, count } of head) {
      const at = known?.head.findIndex((tree) => tree.mspId === mspId) ?? -1;
      const before = known?.trees[at] ?? [];
      if (!this.#reads(mspId)) {
        trees.push([]);
        continue;
      }
      trees.push([...before, ...(await this.#events({ traceKey, mspId }, before.length, count))]);
    }
    return { value, head, trees };
  }

  /** The tree without a name is of several organisations. */
  #reads(mspId: string): boolean {
    return this.#recorders === null || mspId === '' || this.#recorders.includes(mspId);
  }

  async #events(
    tree: { readonly traceKey: Uint8Array; readonly mspId: string },
    from: number,
    to: number,
  ): Promise<EventContent[]> {
    this.#pace.count('events', to - from);
    const events: EventContent[] = [];
    for (let at = from; at < to; at += ROWS_A_READ) {
      for (const data of await this.#store.events.leaves(tree, at, Math.min(to, at + ROWS_A_READ))) {
        const event = this.#contents.read(data);
        this.#pace.count('bytes', event.size);
        events.push(event);
        await this.#pace.breathe();
      }
    }
    return events;
  }
}

function lengthOf({ trees }: ReadTrace): number {
  return trees.reduce((sum, { length }) => sum + length, 0);
}

/** What a lineage knows of the trees that were not read. */
export function hiddenOf({ head, trees }: ReadTrace): ShownEvent[] {
  return head.flatMap(({ mspId, count }, at) => ((trees[at]?.length ?? 0) < count ? [hiddenIn(mspId)] : []));
}

/** The events that a lineage sees, tree after tree: those of the contract's form. */
export function seenOf({ trees }: ReadTrace): { event: EventContent; shown: ShownEvent }[] {
  return trees.flat().flatMap((event) => (event.shown === null ? [] : [{ event, shown: event.shown }]));
}

function isSame(a: Uint8Array | null, b: Uint8Array | null): boolean {
  return a === null || b === null ? a === b : equalBytes(a, b);
}
