import { CotraceError, fromUtf8, MAX_HEAD_ORGANISATIONS } from '@cotrace/core';
import {
  MAX_EVENTS,
  MAX_NODES,
  MAX_TRACE_PROOF_BYTES,
  MAX_TRACES,
  type ProofEvent,
  type ProofTrace,
  type TraceProof,
} from '@cotrace/verifier';
import type {
  ProofEvent as SentEvent,
  ProofPart,
  ProofPiece,
  ProofStart,
  ProofTrace as SentTrace,
} from '../gen/cotrace/cotrace_pb.js';
import { MOST_PROGRESS } from './limits.js';

/** Those of organisations, and the shared one. */
const MAX_TREES = MAX_HEAD_ORGANISATIONS + 1;

/** What a master has proven; what others attest and sign of the block comes from elsewhere. */
export interface AssembledProof extends Pick<TraceProof, 'nodes' | 'records' | 'envelopes' | 'traces'> {
  readonly block: bigint;
}

/**
 * Puts the parts of a proof together. Each names its own place, and nothing is taken that does not fit one, is listed twice,
 * or is more than a proof can have, so that parts come to an end; what they say is for the verifier to judge. Throws
 * `BAD_PROOF`.
 */
export async function assembleProof(parts: AsyncIterable<ProofPart>): Promise<AssembledProof> {
  let assembly: Assembly | null = null;
  let progress = 0;
  for await (const { part } of parts) {
    if (part.case === 'progress') {
      if (++progress > MOST_PROGRESS) throw bad('it reports its progress too often');
    } else if (part.case === 'start' && assembly === null) assembly = new Assembly(part.value);
    else if (assembly === null || part.case === 'start') throw bad('it must begin with one start part');
    else assembly.add(part);
  }
  if (assembly === null) throw bad('it has no beginning');
  return assembly.finish();
}

class Assembly {
  readonly #start: ProofStart;
  readonly #room = { bytes: MAX_TRACE_PROOF_BYTES, events: MAX_EVENTS };
  readonly #nodes: Entries;
  readonly #records: Entries;
  readonly #envelopes: Entries;
  readonly #traces: Slots<SentTrace>;
  readonly #events: SentEvent[] = [];

  constructor(start: ProofStart) {
    this.#start = start;
    this.#nodes = new Entries('nodes', start.nodes, MAX_NODES);
    this.#records = new Entries('records', start.records, MAX_EVENTS);
    this.#envelopes = new Entries('envelopes', start.envelopes, MAX_EVENTS);
    this.#traces = new Slots('traces', start.traces, MAX_TRACES);
  }

  add(part: ProofPart['part']): void {
    switch (part.case) {
      case 'nodes':
        this.#pieces(this.#nodes, part.value.pieces);
        return;
      case 'records':
        this.#pieces(this.#records, part.value.pieces);
        return;
      case 'envelopes':
        this.#pieces(this.#envelopes, part.value.pieces);
        return;
      case 'traces':
        for (const trace of some(part.value.traces)) this.#trace(trace);
        return;
      case 'events':
        for (const event of some(part.value.events)) this.#event(event);
        return;
      case 'progress':
      case 'start':
      case undefined:
        throw bad('it has a part of an unknown kind');
    }
  }

  finish(): AssembledProof {
    const traces = this.#traces.all();
    const trees = traces.map((trace) =>
      trace.trees.map(({ events }) => new Slots<ProofEvent>('events', events, MAX_EVENTS)),
    );
    for (const event of this.#events) {
      const tree = trees[event.trace]?.[event.tree];
      if (tree === undefined) throw bad('it has an event that belongs to no tree');
      tree.put(event.at, eventOf(event));
    }
    return {
      block: this.#start.blockNum,
      nodes: this.#nodes.all(),
      records: this.#records.all().map((bytes) => fromUtf8(bytes)),
      envelopes: this.#envelopes.all(),
      traces: traces.map((trace, at) => traceOf(trace, trees[at] ?? [])),
    };
  }

  #pieces(entries: Entries, pieces: readonly ProofPiece[]): void {
    for (const piece of some(pieces)) {
      // A piece that begins an entry takes the room of the whole.
      if (piece.offset === 0) this.#take('bytes', piece.length);
      entries.put(piece);
    }
  }

  #trace(trace: SentTrace): void {
    if (trace.trees.length > MAX_TREES) throw bad('a trace has more trees than a head can have');
    this.#take('bytes', trace.traceId.length + (trace.head?.length ?? 0));
    for (const { mspId, events, path } of trace.trees) {
      this.#take('events', events);
      this.#take('bytes', mspId.length + path.length);
    }
    this.#traces.put(trace.index, trace);
  }

  #event(event: SentEvent): void {
    this.#take('bytes', event.place.length + (event.row?.length ?? 0));
    if (this.#events.push(event) > MAX_EVENTS) throw bad('it has more events than a proof can have');
  }

  #take(what: 'bytes' | 'events', more: number): void {
    this.#room[what] -= more;
    if (this.#room[what] < 0) throw bad(`it has more ${what} than a proof can have`);
  }
}

/** A list of which each place is filled once. */
class Slots<T> {
  readonly #what: string;
  readonly #length: number;
  readonly #items = new Map<number, T>();

  constructor(what: string, length: number, most: number) {
    if (length > most) throw bad(`it has more than ${most} ${what}`);
    this.#what = what;
    this.#length = length;
  }

  put(index: number, item: T): void {
    if (index >= this.#length || this.#items.has(index)) {
      throw bad(`its ${this.#what} are not each listed once`);
    }
    this.#items.set(index, item);
  }

  /** The item at a place; null where there is none yet. */
  get(index: number): T | null {
    return this.#items.get(index) ?? null;
  }

  all(): T[] {
    if (this.#items.size !== this.#length) {
      throw bad(`it has ${this.#items.size} of ${this.#length} ${this.#what}`);
    }
    return [...this.#items].sort(([a], [b]) => a - b).map(([, item]) => item);
  }
}

/** Bytes of a list, of which long ones come in pieces, each behind the one before. */
class Entries {
  readonly #slots: Slots<{ readonly bytes: Uint8Array; filled: number }>;

  constructor(what: string, length: number, most: number) {
    this.#slots = new Slots(what, length, most);
  }

  put({ index, offset, length, bytes }: ProofPiece): void {
    if (offset === 0) this.#slots.put(index, { bytes: new Uint8Array(length), filled: 0 });
    const entry = this.#slots.get(index);
    const fits = entry !== null && entry.filled === offset && bytes.length <= entry.bytes.length - offset;
    if (!fits || (bytes.length === 0 && length > 0)) {
      throw bad('the pieces of a text do not fit together');
    }
    entry.bytes.set(bytes, offset);
    entry.filled += bytes.length;
  }

  all(): Uint8Array[] {
    return this.#slots.all().map(({ bytes, filled }) => {
      if (filled < bytes.length) throw bad('a piece of a text is missing');
      return bytes;
    });
  }
}

function traceOf({ traceId, head, trees }: SentTrace, events: readonly Slots<ProofEvent>[]): ProofTrace {
  if (head === undefined) return { traceId, head: null };
  return {
    traceId,
    head,
    trees: trees.map(({ mspId, path }, at) => ({ mspId, events: events[at]?.all() ?? [], path })),
  };
}

function eventOf({ index, place, row, record, envelope }: SentEvent): ProofEvent {
  const isShown = row !== undefined || envelope !== undefined;
  const shown = isShown ? { row: row ?? null, record: record ?? null, envelope: envelope ?? null } : null;
  return { index, place, shown };
}

/** What a part has; one without anything could come without end. */
function some<T>(items: readonly T[]): readonly T[] {
  if (items.length === 0) throw bad('it has an empty part');
  return items;
}

function bad(why: string): CotraceError {
  return new CotraceError('BAD_PROOF', `what the master sent is not a proof: ${why}`);
}
