import { CotraceError, equalBytes, eventMspId, sha256, toHex, type TraceEvent } from '@cotrace/core';
import {
  creatorMspId,
  decodeEnvelope,
  decodeTransaction,
  effects,
  type NamespaceRwset,
} from '@cotrace/fabric-model';

/** What the envelope of a transaction says. */
interface ReadEnvelope {
  readonly hash: Uint8Array;
  readonly channelId: string;
  readonly txId: string;
  readonly mspId: string;
  /** Hashes of the values that keys of domains' states have after it, by domain and key. */
  readonly values: ReadonlyMap<string, Uint8Array>;
}

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

  /**
   * Checks that the envelope at `at` is that of the event and says the same: channel, transaction, organisation, and a put
   * of the value at its key. Throws `WRONG_ENVELOPE`, `WRONG_CHANNEL`, `BAD_PROOF` for one that is there twice, and as `decodeEnvelope` and `decodeTransaction`.
   */
  check(at: number, event: TraceEvent): void {
    const { hash, channelId, txId, mspId, values } = this.#of(at, event);
    const wrong = (why: string): CotraceError =>
      new CotraceError('WRONG_ENVELOPE', `the envelope of transaction ${event.txId} ${why}`, {
        txId: event.txId,
        domain: event.domain,
      });
    if (!equalBytes(hash, event.envelopeHash)) throw wrong('is another than its event says');
    if (channelId !== this.#mainName) {
      const message = `transaction ${event.txId} belongs to another channel than ${this.#mainName}`;
      throw new CotraceError('WRONG_CHANNEL', message, { txId: event.txId });
    }
    if (txId !== event.txId) throw wrong('has another id');
    if (eventMspId(mspId) !== event.mspId) throw wrong('is of another organisation');
    const value = values.get(nameOf(event.domain, event.key));
    if (value === undefined || !equalBytes(value, event.valueHash))
      throw wrong('does not put that row or mark');
  }

  /** An envelope is decoded only where its hash is that of an event. */
  #of(at: number, event: TraceEvent): ReadEnvelope {
    const known = this.#read.get(at);
    if (known !== undefined) return known;
    const bytes = this.#envelopes[at] ?? new Uint8Array();
    const hash = sha256(bytes);
    if (!equalBytes(hash, event.envelopeHash)) return { hash, ...NOTHING };
    const name = toHex(hash);
    if (this.#seen.has(name)) {
      throw new CotraceError('BAD_PROOF', 'one of the envelopes of a proof is there twice', { hash: name });
    }
    this.#seen.add(name);
    const decoded = decodeEnvelope(bytes);
    const { txId, rwset } = decodeTransaction(decoded);
    const { channelId } = decoded.channelHeader;
    const read = { hash, channelId, txId, mspId: creatorMspId(decoded), values: valuesOf(rwset) };
    this.#read.set(at, read);
    return read;
  }
}

const NOTHING = { channelId: '', txId: '', mspId: '', values: new Map<string, Uint8Array>() };

function valuesOf(rwset: readonly NamespaceRwset[]): Map<string, Uint8Array> {
  const values = new Map<string, Uint8Array>();
  for (const effect of effects(rwset)) {
    if (effect.kind === 'put') values.set(nameOf(effect.namespace, effect.key), sha256(effect.value));
  }
  return values;
}

function nameOf(domain: string, key: string): string {
  return JSON.stringify([domain, key]);
}
