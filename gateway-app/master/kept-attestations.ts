import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { CotraceError, fromHex, sha256, toHex } from '@cotrace/core';
import { KeptAttestationSchema } from '../gen/cotrace/store_pb.js';
import { AttestationSchema, type Attestation } from '../gen/cotrace/cotrace_pb.js';
import { commitSoon, endOfPrefix, ordered, read, type Store } from '../node/store.js';

const ATTESTATION = 'attestation/';
const SIGNER = 'signer/';
const POSITION = 'kept/';

const prefixOf = (blockNum: bigint) => `${ATTESTATION}${ordered(blockNum)}/`;

/**
 * Other organisations' attestations in a master's store: of each block those with the body that the master states itself, so
 * that the body is there once, and each certificate once. A block costs some 150 bytes for each organisation.
 */
export class KeptAttestations {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  /** The first block of which an organisation's attestation was not yet looked at. */
  next(mspId: string): bigint {
    const row = read(this.#store, POSITION + mspId);
    return row === null ? 0n : BigInt(`0x${toHex(row)}`);
  }

  /**
   * Notes that an organisation's attestation of a block was looked at; null where it is not to be kept. What a crash of the
   * machine loses is asked for again. Throws `STORE_FAILED`.
   */
  async add(mspId: string, blockNum: bigint, attestation: Attestation | null): Promise<void> {
    const batch = this.#store.batch();
    batch.put(POSITION + mspId, fromHex(ordered(blockNum + 1n)));
    if (attestation !== null) {
      const { unixSeconds, signature } = attestation;
      const certificate = sha256(attestation.certificate);
      const signer = SIGNER + toHex(certificate);
      if (read(this.#store, signer) === null) batch.put(signer, attestation.certificate);
      const kept = create(KeptAttestationSchema, { unixSeconds, certificate, signature });
      batch.put(prefixOf(blockNum) + mspId, toBinary(KeptAttestationSchema, kept));
    }
    await commitSoon(this.#store, batch);
  }

  /** Those of a block, sorted by MSP id, with `body`, the one that the master states of it. Throws `STORE_FAILED`. */
  async of(blockNum: bigint, body: Uint8Array): Promise<Attestation[]> {
    const prefix = prefixOf(blockNum);
    const rows = await this.#store.iterator({ gt: prefix, lt: endOfPrefix(prefix) }).all();
    return rows.map(([key, row]) => {
      const { unixSeconds, certificate, signature } = fromBinary(KeptAttestationSchema, row);
      const mspId = key.slice(prefix.length);
      return create(AttestationSchema, {
        body,
        unixSeconds,
        mspId,
        certificate: this.#signer(certificate),
        signature,
      });
    });
  }

  #signer(hash: Uint8Array): Uint8Array {
    const certificate = read(this.#store, SIGNER + toHex(hash));
    if (certificate !== null) return certificate;
    throw new CotraceError('STORE_FAILED', 'the store lacks the certificate of an attestation; remove it', {
      certificate: toHex(hash),
    });
  }
}
