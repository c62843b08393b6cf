import { create, type MessageInitShape } from '@bufbuild/protobuf';
import { eventPath, toHex, traceTrieKey, utf8 } from '@cotrace/core';
import {
  ProofPartSchema,
  type ProofEventSchema,
  type ProofPart,
  type ProofPieceSchema,
  type ProofTraceSchema,
} from '../../gen/cotrace/cotrace_pb.js';
import { PART } from '../limits.js';
import type { MasterStore } from '../master-store.js';
import type { Gathered } from './gather-lineage.js';
import type { Pace } from './pace.js';
import type { ShownInProof, TraceInProof } from './shown-trace.js';

/** Things that a proof has once each, in the order of first use. */
class Numbered<T> {
  readonly items: T[] = [];
  readonly #places = new Map<string, number>();

  /** The place of `item`, which `name` names. */
  placeOf(name: string, item: T): number {
    const known = this.#places.get(name);
    if (known !== undefined) return known;
    this.#places.set(name, this.items.length);
    return this.items.push(item) - 1;
  }
}

/** What was gathered, in parts (`ProofPart`). Envelopes are read as they are sent. */
export async function* proofParts(
  { heads, traces }: Gathered,
  more: {
    readonly store: MasterStore;
    readonly pace: Pace;
    readonly envelopes: boolean;
  },
): AsyncGenerator<ProofPart> {
  const { store, pace } = more;
  const records = new Numbered<string>();
  const envelopes = new Numbered<{ readonly blockNum: bigint; readonly txNum: number }>();
  const events: MessageInitShape<typeof ProofEventSchema>[] = [];
  for (const [trace, { trees }] of traces.entries()) {
    for (const [tree, shown] of trees.entries()) {
      for (const [at, { index, event, as }] of shown.entries()) {
        const { leaf, data, row, record, needsEnvelope } = event;
        events.push({
          ...{ trace, tree, at, index, place: data },
          ...(row !== null && { row }),
          ...(as === 'record' && record !== null && { record: records.placeOf(record, record) }),
          ...((more.envelopes || needsEnvelope) && {
            envelope: envelopes.placeOf(toHex(leaf.envelopeHash), leaf),
          }),
        });
        await pace.breathe();
      }
    }
  }
  yield create(ProofPartSchema, {
    part: {
      case: 'start',
      value: {
        blockNum: heads.blockNum,
        nodes: heads.nodes.length,
        records: records.items.length,
        envelopes: envelopes.items.length,
        traces: traces.length,
      },
    },
  });
  const traceList: MessageInitShape<typeof ProofTraceSchema>[] = [];
  for (const [index, trace] of traces.entries()) {
    traceList.push(traceMessage(store, trace, index));
    await pace.breathe();
  }
  for (const value of batches(
    traceList,
    ({ head, trees }) => (head?.length ?? 0) + 300 * (trees?.length ?? 0),
  )) {
    yield create(ProofPartSchema, { part: { case: 'traces', value: { traces: value } } });
  }
  for (const value of batches(pieces(heads.nodes), sizeOfPiece)) yield piecesPart('nodes', value);
  for (const value of batches(events, ({ row }) => 1200 + 3 * (row?.length ?? 0))) {
    yield create(ProofPartSchema, { part: { case: 'events', value: { events: value } } });
  }
  for (const value of batches(pieces(bytesOf(records.items)), sizeOfPiece))
    yield piecesPart('records', value);
  for (const value of batches(pieces(envelopesOf(store, envelopes.items)), sizeOfPiece)) {
    yield piecesPart('envelopes', value);
  }
}

type Piece = MessageInitShape<typeof ProofPieceSchema>;

function piecesPart(kind: 'nodes' | 'records' | 'envelopes', value: Piece[]): ProofPart {
  return create(ProofPartSchema, { part: { case: kind, value: { pieces: value } } });
}

function traceMessage(
  store: MasterStore,
  { traceId, value, head, trees }: TraceInProof,
  index: number,
): MessageInitShape<typeof ProofTraceSchema> {
  if (value === null) return { index, traceId };
  const traceKey = traceTrieKey(traceId);
  return {
    ...{ index, traceId, head: value },
    trees: head.map(({ mspId, count }, tree) => {
      const shown: readonly ShownInProof[] = trees[tree] ?? [];
      const nodes = store.events.nodes({ traceKey, mspId });
      const indices = shown.map((event) => event.index);
      return { mspId, events: shown.length, path: eventPath(count, indices, nodes) };
    }),
  };
}

function* bytesOf(texts: readonly string[]): Generator<Uint8Array> {
  for (const text of texts) yield utf8(text);
}

function* envelopesOf(
  store: MasterStore,
  places: readonly { readonly blockNum: bigint; readonly txNum: number }[],
): Generator<Uint8Array> {
  for (const { blockNum, txNum } of places) yield store.envelope(blockNum, txNum);
}

/** Entries of a list, long ones in several pieces. */
function* pieces(list: Iterable<Uint8Array>): Generator<Piece> {
  let index = 0;
  for (const bytes of list) {
    for (let offset = 0; offset === 0 || offset < bytes.length; offset += PART.bytes) {
      yield { index, offset, length: bytes.length, bytes: bytes.subarray(offset, offset + PART.bytes) };
    }
    index += 1;
  }
}

function sizeOfPiece({ bytes }: Piece): number {
  return 64 + (bytes?.length ?? 0);
}

/** Lists of few entries and bytes; one entry may have more bytes by itself. */
function* batches<T>(items: Iterable<T>, sizeOf: (item: T) => number): Generator<T[]> {
  let [batch, bytes]: [T[], number] = [[], 0];
  for (const item of items) {
    if (batch.length >= PART.entries || (batch.length > 0 && bytes + sizeOf(item) > PART.bytes)) {
      yield batch;
      [batch, bytes] = [[], 0];
    }
    batch.push(item);
    bytes += sizeOf(item);
  }
  if (batch.length > 0) yield batch;
}
