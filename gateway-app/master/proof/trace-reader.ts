import { decodeHead, equalBytes, traceTrieKey, type TraceHead } from '@cotrace/core';
import { hiddenIn, type ShownEvent, type TraceQuestion } from '@cotrace/verifier';
import { ROWS_A_READ } from '../limits.js';
import type { MasterStore } from '../master-store.js';
import { EventContents, type EventContent } from './event-contents.js';
import type { HeadsAtBlock } from './heads.js';
import type { Pace } from './pace.js';
import { TreeShares, type TreeName } from './tree-shares.js';

/** A trace as far as its events were read: all that its head counts, but for trees that a proof does not show. */
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
  readonly #events: TreeShares;
  readonly #bytes: TreeShares;

  /** `recorders`: whose events are read; of others their number is enough. `most`: how much is kept. */
  constructor(store: MasterStore, pace: Pace, recorders: TraceQuestion['recorders'], most: MostShown) {
    this.#store = store;
    this.#events = new TreeShares(most.events);
    this.#bytes = new TreeShares(most.bytes);
    this.#recorders = recorders;
    this.#contents = new EventContents(store);
    this.#pace = pace;
  }

  get traces(): ReadonlyMap<string, ReadTrace> {
    return this.#traces;
  }

  /** How many trees were left out because they have too many events. */
  get left(): number {
    return this.#events.left + this.#bytes.left;
  }

  /** Brings traces to these heads, which are not older than what was read; returns whether any shows other events now. */
  async read(traceIds: readonly string[], { values }: HeadsAtBlock): Promise<boolean> {
    const before = this.left;
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
    return changed || this.left > before;
  }

  async #grown(traceId: string, value: Uint8Array | null, known: ReadTrace | null): Promise<ReadTrace> {
    const head = value === null ? [] : decodeHead(value);
    const traceKey = traceTrieKey(traceId);
    const trees: (readonly EventContent[])[] = [];
    for (const { mspId, count } of head) {
      const at = known?.head.findIndex((tree) => tree.mspId === mspId) ?? -1;
      const tree = { traceId, mspId };
      if (this.#reads(mspId)) this.#leave(this.#events.take(tree, count));
      const before = known?.trees[at] ?? [];
      const isRead = this.#reads(mspId) && !this.#isLeft(tree);
      trees.push(isRead ? [...before, ...(await this.#newer(tree, traceKey, before, count))] : []);
    }
    // What came later may have taken the room of what was read before.
    const kept = trees.map((events, at) => {
      const { mspId } = head[at] ?? { mspId: '' };
      return this.#isLeft({ traceId, mspId }) ? [] : events;
    });
    return { value, head, trees: kept };
  }

  #isLeft(tree: TreeName): boolean {
    return this.#events.isLeft(tree) || this.#bytes.isLeft(tree);
  }

  /** Forgets the events of trees. */
  #leave(left: readonly TreeName[]): void {
    for (const { traceId, mspId } of left) {
      const known = this.#traces.get(traceId);
      if (known === undefined) continue;
      const trees = known.trees.map((events, at) => (known.head[at]?.mspId === mspId ? [] : events));
      this.#traces.set(traceId, { ...known, trees });
    }
  }

  /** The tree without a name is of several organisations. */
  #reads(mspId: string): boolean {
    return this.#recorders === null || mspId === '' || this.#recorders.includes(mspId);
  }

  /** The events of a tree that were not read before; none where it turns out to be too large. */
  async #newer(
    tree: TreeName,
    traceKey: Uint8Array,
    before: readonly EventContent[],
    to: number,
  ): Promise<EventContent[]> {
    this.#pace.count('events', to - before.length);
    const events: EventContent[] = [];
    let bytes = before.reduce((sum, { size }) => sum + size, 0);
    for (let at = before.length; at < to; at += ROWS_A_READ) {
      const end = Math.min(to, at + ROWS_A_READ);
      for (const data of await this.#store.events.leaves({ traceKey, mspId: tree.mspId }, at, end)) {
        const event = this.#contents.read(data);
        this.#pace.count('bytes', event.size);
        bytes += event.size;
        this.#leave(this.#bytes.take(tree, bytes));
        if (this.#bytes.isLeft(tree)) return [];
        events.push(event);
        await this.#pace.breathe();
      }
    }
    return events;
  }
}

/** How much of a lineage a proof shows at most. */
export interface MostShown {
  readonly events: number;
  readonly bytes: number;
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
