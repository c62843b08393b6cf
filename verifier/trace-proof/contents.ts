import { CotraceError, equalBytes, fromUtf8, readOrNull, sha256, utf8, type TraceEvent } from '@cotrace/core';
import type { ShownEvent } from '../lineage/types.js';
import type { OrphanRecord } from './answer.js';
import { Envelopes, type ReadEnvelope } from './envelopes.js';
import type { ProvenEvent, ProvenTrace } from './heads.js';
import type { ReadRecord } from './record-text.js';
import { orphanRecords } from './orphans.js';
import { readRowText, type ChainLink } from './row-text.js';
import { placeOf, RecordTexts, shownAs } from './shown-texts.js';
import type { ShownContent, TraceProof } from './types.js';

/** An event with what is shown of it. */
export interface ReadEvent {
  readonly leaf: TraceEvent | null;
  /** What a lineage sees of it; null: its row or record is not what the contract writes, or there is no such record. */
  readonly shown: ShownEvent | null;
  /** Its place in the chain of its identifier; null where it is not shown, or in none. */
  readonly link: ChainLink | null;
  /** Null where it is not shown, or foreign. */
  readonly record: ReadRecord | null;
  readonly envelope: boolean;
}

/** The events of a trace, tree after tree. */
export interface ReadTrace {
  readonly traceId: string;
  readonly events: readonly ReadEvent[];
  /** Of trees with events that the proof does not list, whose they are (empty: several organisations') and how many. */
  readonly unlisted: readonly { readonly mspId: string; readonly events: number }[];
}

/** What is shown of traces, and records that their transactions put for no trace. */
export interface ReadContents {
  readonly traces: readonly ReadTrace[];
  readonly orphans: readonly OrphanRecord[];
}

/**
 * Reads what is shown of the events of a proof. Throws `WRONG_VALUE`, `WRONG_RECORD`, `NOT_ASKED` for a record of a row
 * that is not the contract's, what `Envelopes.of` throws, and `BAD_PROOF` where records or envelopes are not each there
 * once, in the order of first use.
 */
export function readContents(
  traces: readonly ProvenTrace[],
  proof: TraceProof,
  mainName: string,
): ReadContents {
  const reader = new ContentReader(proof, mainName);
  const read = traces.map(({ traceId, trees }) => ({
    traceId,
    events: trees.flatMap(({ mspId, events }) => events.map((event) => reader.read(event, mspId))),
    unlisted: trees.flatMap(({ mspId, count, events: { length } }) =>
      length < count ? [{ mspId, events: count - length }] : [],
    ),
  }));
  return { traces: read, orphans: reader.end() };
}

class ContentReader {
  readonly #proof: TraceProof;
  readonly #texts = new RecordTexts();
  /** Made for the first envelope: most proofs show none. */
  #envelopes: Envelopes | null = null;
  readonly #mainName: string;
  readonly #records: FirstUse;
  readonly #envelopeOrder: FirstUse;

  constructor(proof: TraceProof, mainName: string) {
    this.#proof = proof;
    this.#mainName = mainName;
    this.#records = new FirstUse('records', proof.records.length);
    this.#envelopeOrder = new FirstUse('envelopes', proof.envelopes.length);
    if (new Set(proof.records).size < proof.records.length) throw twice('records');
  }

  read({ event, leaf }: ProvenEvent, mspId: string): ReadEvent {
    const nothing = { leaf, link: null, record: null, envelope: false };
    if (leaf === null) return { ...nothing, shown: hiddenIn(mspId) };
    if ('hidden' in event || event.shown === null)
      return { ...nothing, shown: { shown: 'place', place: placeOf(leaf) } };
    return this.#content(leaf, event.shown);
  }

  /** Checks that everything was used, and looks for records that no row names. */
  end(): OrphanRecord[] {
    this.#records.end();
    this.#envelopeOrder.end();
    return this.#envelopes === null ? [] : orphanRecords(this.#envelopes.read);
  }

  #content(leaf: TraceEvent, { row, record: at, envelope: place }: ShownContent): ReadEvent {
    if (row !== null && !equalBytes(sha256(utf8(row)), leaf.valueHash)) {
      throw failure('WRONG_VALUE', leaf, 'its row or mark is not the one that it put');
    }
    const envelope = place === null ? null : this.#envelopeAt(place, leaf);
    const text = row ?? textOf(envelope?.value(leaf.domain, leaf.key) ?? null);
    const read = text === null ? null : readRowText(leaf, text);
    const record = at === null ? null : this.#recordAt(at);
    const said = { leaf, link: read?.link ?? null, envelope: envelope !== null };
    if (read === null) {
      if (record !== null) throw failure('NOT_ASKED', leaf, 'its row is not one that has a record');
      return { ...said, shown: null, record: null };
    }
    if (record !== null && this.#texts.idOf(leaf.mspId, record) !== read.row.recordId) {
      throw failure('WRONG_RECORD', leaf, 'its record is not the one that its row names');
    }
    if (envelope !== null && envelope.record(leaf.domain, read.row.recordId) === null) {
      return { ...said, shown: null, record: null };
    }
    const authored = record === null ? null : this.#texts.of(leaf.mspId, record);
    return { ...said, shown: shownAs(leaf, read, record, this.#texts), record: authored?.read ?? null };
  }

  #envelopeAt(at: number, leaf: TraceEvent): ReadEnvelope {
    this.#envelopeOrder.use(at);
    this.#envelopes ??= new Envelopes(this.#proof.envelopes, this.#mainName);
    return this.#envelopes.of(at, leaf);
  }

  #recordAt(at: number): string {
    this.#records.use(at);
    return this.#proof.records[at] ?? '';
  }
}

/** An event of a tree of which nothing is shown; the shared one has no name. */
export function hiddenIn(mspId: string): ShownEvent {
  return mspId === '' ? { shown: 'hidden' } : { shown: 'hidden', organisation: mspId };
}

function textOf(value: Uint8Array | null): string | null {
  return value === null ? null : readOrNull(() => fromUtf8(value));
}

/** Whether the places of a list are used in their order, each for the first time behind the one before. */
class FirstUse {
  readonly #what: string;
  readonly #length: number;
  #used = 0;

  constructor(what: string, length: number) {
    this.#what = what;
    this.#length = length;
  }

  use(at: number): void {
    if (at > this.#used || at >= this.#length) {
      throw new CotraceError('BAD_PROOF', `${this.#what} of a proof are not in the order of first use`, {
        at,
      });
    }
    if (at === this.#used) this.#used++;
  }

  end(): void {
    if (this.#used < this.#length) {
      const message = `${this.#length - this.#used} of the ${this.#what} of a proof are not used`;
      throw new CotraceError('BAD_PROOF', message, { unused: this.#length - this.#used });
    }
  }
}

function twice(what: string): CotraceError {
  return new CotraceError('BAD_PROOF', `one of the ${what} of a proof is listed twice`);
}

function failure(
  code: 'WRONG_VALUE' | 'WRONG_RECORD' | 'NOT_ASKED',
  leaf: TraceEvent,
  why: string,
): CotraceError {
  const { txId, domain, blockNum, txNum } = leaf;
  return new CotraceError(code, `transaction ${txNum} of block ${blockNum}, in ${domain}: ${why}`, {
    txId,
    domain,
    block: blockNum,
    txNum,
  });
}
