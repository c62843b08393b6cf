import { concat, CotraceError, fromUtf8 } from '@cotrace/core';
import type { ProofEvent, ProofTrace, TraceProof } from '@cotrace/verifier';
import type {
  Attestation,
  ProofEvent as SentEvent,
  ProofPart,
  ProofPiece,
  ProofPieces,
  ProofStart,
  ProofTrace as SentTrace,
} from '../gen/cotrace/cotrace_pb.js';
import { LONGEST_TRACE_MS, MAX_PROOF_PARTS, MAX_TRACE_BYTES } from './limits.js';

/** What one master sends of a proof; nothing of it is verified yet. */
export interface SentProof extends Pick<TraceProof, 'nodes' | 'records' | 'envelopes' | 'traces'> {
  readonly blockNum: bigint;
  /** Those that the master has of the block. */
  readonly attestations: readonly Attestation[];
}

/** Puts the parts of a proof together that one master sends, in whatever order; what a hostile one sends stays bounded. */
export class ProofParts {
  readonly #until = performance.now() + LONGEST_TRACE_MS;
  readonly #nodes = new Pieces('nodes');
  readonly #records = new Pieces('records');
  readonly #envelopes = new Pieces('envelopes');
  readonly #traces = new Map<number, SentTrace>();
  readonly #events = new Map<string, Map<number, SentEvent>>();
  #start: ProofStart | null = null;
  #count = 0;
  #bytes = 0;

  /** Takes the next part. Throws `BAD_ANSWER`. */
  take({ part }: ProofPart): void {
    this.#count += 1;
    switch (part.case) {
      case 'start':
        if (this.#start !== null) throw bad('begins twice');
        this.#start = part.value;
        break;
      case 'nodes':
        this.#takePieces(this.#nodes, part.value);
        break;
      case 'records':
        this.#takePieces(this.#records, part.value);
        break;
      case 'envelopes':
        this.#takePieces(this.#envelopes, part.value);
        break;
      case 'traces':
        for (const trace of part.value.traces) this.#takeTrace(trace);
        break;
      case 'events':
        for (const event of part.value.events) this.#takeEvent(event);
        break;
      default:
    }
    if (this.#count > MAX_PROOF_PARTS || this.#bytes > MAX_TRACE_BYTES || performance.now() > this.#until) {
      throw bad(`does not end after ${this.#count} parts of ${this.#bytes} bytes`);
    }
  }

  /** The proof, once the stream has ended. Throws `BAD_ANSWER` where something of it has not come. */
  whole(): SentProof {
    const start = this.#start;
    if (start === null) throw bad('ends before it has begun');
    const { blockNum, attestations } = start;
    const nodes = this.#nodes.whole(start.nodes);
    const records = this.#records.whole(start.records).map(fromUtf8);
    const envelopes = this.#envelopes.whole(start.envelopes);
    const traces = inOrder(this.#traces, start.traces, 'traces').map((trace) => this.#traceOf(trace));
    return { blockNum, attestations, nodes, records, envelopes, traces };
  }

  #takePieces(list: Pieces, { pieces }: ProofPieces): void {
    for (const piece of pieces) {
      this.#bytes += piece.bytes.length;
      list.take(piece);
    }
  }

  #takeTrace(trace: SentTrace): void {
    if (this.#traces.has(trace.index)) throw bad(`sends trace ${trace.index} twice`);
    this.#traces.set(trace.index, trace);
    this.#bytes += trace.traceId.length + (trace.head?.length ?? 0);
    for (const { path, mspId } of trace.trees) this.#bytes += path.length + mspId.length;
  }

  #takeEvent(event: SentEvent): void {
    const tree = treeName(event.trace, event.tree);
    const events = this.#events.get(tree) ?? new Map<number, SentEvent>();
    if (events.has(event.at)) throw bad(`sends event ${event.at} of trace ${event.trace} twice`);
    this.#events.set(tree, events.set(event.at, event));
    this.#bytes += event.place.length + (event.row?.length ?? 0);
  }

  #traceOf({ index, traceId, head, trees }: SentTrace): ProofTrace {
    if (head === undefined) return { traceId, head: null };
    return {
      traceId,
      head,
      trees: trees.map(({ mspId, events, path }, tree) => {
        const sent = this.#events.get(treeName(index, tree)) ?? new Map<number, SentEvent>();
        return { mspId, path, events: inOrder(sent, events, `events of trace ${index}`).map(eventOf) };
      }),
    };
  }
}

function eventOf({ index, place, row, record, envelope }: SentEvent): ProofEvent {
  if (row === undefined) return { index, place, shown: null };
  return { index, place, shown: { row, record: record ?? null, envelope: envelope ?? null } };
}

/** Entries of a list that come in pieces. */
class Pieces {
  readonly #name: string;
  readonly #sent = new Map<number, ProofPiece[]>();

  constructor(name: string) {
    this.#name = name;
  }

  take(piece: ProofPiece): void {
    const pieces = this.#sent.get(piece.index);
    if (pieces === undefined) this.#sent.set(piece.index, [piece]);
    else pieces.push(piece);
  }

  whole(count: number): Uint8Array[] {
    return inOrder(this.#sent, count, this.#name).map((pieces) => this.#joined(pieces));
  }

  #joined(pieces: readonly ProofPiece[]): Uint8Array {
    const sorted = [...pieces].sort((a, b) => a.offset - b.offset);
    let end = 0;
    for (const { offset, bytes } of sorted) {
      if (offset !== end) throw bad(`sends ${this.#name} with gaps`);
      end += bytes.length;
    }
    if (sorted.some(({ length }) => length !== end)) throw bad(`sends ${this.#name} of another length`);
    const [only] = sorted;
    return sorted.length === 1 && only !== undefined
      ? only.bytes
      : concat(...sorted.map(({ bytes }) => bytes));
  }
}

/** The values of 0…count−1, which must be all that there are. */
function inOrder<T>(sent: ReadonlyMap<number, T>, count: number, name: string): T[] {
  if (sent.size !== count) throw bad(`sends ${sent.size} of ${count} ${name}`);
  return [...sent]
    .sort(([a], [b]) => a - b)
    .map(([index, value], at) => {
      if (index !== at) throw bad(`sends no ${name} number ${at}`);
      return value;
    });
}

function treeName(trace: number, tree: number): string {
  return `${trace}/${tree}`;
}

function bad(what: string): CotraceError {
  return new CotraceError('BAD_ANSWER', `the proof that it sends ${what}`);
}
