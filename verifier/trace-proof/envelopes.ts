import {
  CotraceError,
  equalBytes,
  eventMspId,
  recordKey,
  sha256,
  toHex,
  type ClientRecord,
  type TraceEvent,
} from '@cotrace/core';
import { creatorMspId, decodeEnvelope, decodeTransaction } from '@cotrace/fabric-model';
import { valuesWritten } from '../proof/values-written.js';
import { readRecordText, recordTextIn } from './record-text.js';

/** Envelopes of a proof, each read once however many events it makes. */
export class Envelopes {
  readonly #envelopes: readonly Uint8Array[];
  readonly #mainName: string;
  readonly #read = new Map<number, ReadEnvelope>();
  readonly #seen = new Set<string>();

  constructor(envelopes: readonly Uint8Array[], mainName: string) {
    this.#envelopes = envelopes;
    this.#mainName = mainName;
  }

  /** Those that were read, each once, in the order in which they were first asked for. */
  get read(): Iterable<ReadEnvelope> {
    return this.#read.values();
  }

  /**
   * The envelope at `at`, which is that of the event and says the same: channel, transaction, organisation, and a put of the
   * value at its key. Throws `WRONG_ENVELOPE`, `WRONG_CHANNEL`, `BAD_PROOF` for one that is listed twice, and as
   * `decodeEnvelope` and `decodeTransaction`.
   */
  of(at: number, event: TraceEvent): ReadEnvelope {
    const wrong = (why: string): CotraceError =>
      new CotraceError('WRONG_ENVELOPE', `the envelope of transaction ${event.txId} ${why}`, {
        txId: event.txId,
        domain: event.domain,
      });
    const read = this.#at(at, event);
    if (read === null || !equalBytes(read.hash, event.envelopeHash)) {
      throw wrong('is not the one that its event names');
    }
    if (read.channelId !== this.#mainName) {
      const message = `transaction ${event.txId} belongs to a channel other than ${this.#mainName}`;
      throw new CotraceError('WRONG_CHANNEL', message, { txId: event.txId });
    }
    if (read.txId !== event.txId) throw wrong('has another id');
    if (read.mspId !== event.mspId) throw wrong('is of another organisation');
    const value = read.value(event.domain, event.key);
    if (value === null || !equalBytes(sha256(value), event.valueHash))
      throw wrong('does not put that row or mark');
    return read;
  }

  /** An envelope is decoded only where its hash is that of an event; null where it is not. */
  #at(at: number, event: TraceEvent): ReadEnvelope | null {
    const known = this.#read.get(at);
    if (known !== undefined) return known;
    const bytes = this.#envelopes[at] ?? new Uint8Array();
    const hash = sha256(bytes);
    if (!equalBytes(hash, event.envelopeHash)) return null;
    const name = toHex(hash);
    if (this.#seen.has(name)) {
      throw new CotraceError('BAD_PROOF', 'one of the envelopes of a proof is listed twice', { hash: name });
    }
    this.#seen.add(name);
    const read = new ReadEnvelope(bytes, hash);
    this.#read.set(at, read);
    return read;
  }
}

/** What an envelope says of its transaction. */
export class ReadEnvelope {
  readonly hash: Uint8Array;
  readonly channelId: string;
  readonly txId: string;
  /** As it is in events. */
  readonly mspId: string;
  /** What keys of domains' states hold after it, of those to which it gave a value. */
  readonly values: ReadonlyMap<string, ReadonlyMap<string, Uint8Array>>;
  readonly #records = new Map<string, ClientRecord | null>();

  constructor(bytes: Uint8Array, hash: Uint8Array) {
    const decoded = decodeEnvelope(bytes);
    const { txId, rwset } = decodeTransaction(decoded);
    this.hash = hash;
    this.channelId = decoded.channelHeader.channelId;
    this.txId = txId;
    this.mspId = eventMspId(creatorMspId(decoded));
    this.values = valuesWritten(rwset);
  }

  value(domain: string, key: string): Uint8Array | null {
    return this.values.get(domain)?.get(key) ?? null;
  }

  /** The record of that id that it puts in the domain's state, as the contract does beside each row that names it. */
  record(domain: string, recordId: string): ClientRecord | null {
    const name = `${domain} ${recordId}`;
    const known = this.#records.get(name);
    if (known !== undefined) return known;
    const stored = this.value(domain, recordKey(recordId));
    const text = stored === null ? null : recordTextIn(this.mspId, recordId, stored);
    const record = text === null ? null : (readRecordText(text)?.record ?? null);
    this.#records.set(name, record);
    return record;
  }
}
