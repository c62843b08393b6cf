import { CotraceError, isCotraceError } from '@cotrace/core';
import {
  creatorMspId,
  decodeEnvelope,
  decodeTransaction,
  isConfiguration,
  type NamespaceRwset,
} from '@cotrace/fabric-model';

/** Form of every id that a valid transaction can have: a SHA-256 hash in lower-case hexadecimal digits. */
export const TRANSACTION_ID = /^[0-9a-f]{64}$/;

/** What a valid transaction did, and who made it. */
export interface ValidTransaction {
  /** 64 lower-case hexadecimal digits. */
  readonly txId: string;
  /** MSP id of its creator, as the envelope has it. */
  readonly mspId: string;
  readonly rwset: readonly NamespaceRwset[];
}

/**
 * Reads a transaction that its block marks as valid (code 0); null for a configuration, which writes in no domain.
 *
 * Peers mark only what they decoded down to the last write. Where that is not possible here, it is unknown what the
 * transaction changed and which domains it is in, so nothing can be said of its block or of any state after it. Throws
 * `UNREADABLE_VALID_TRANSACTION`, with the place and the cause.
 */
export function validTransaction(
  envelope: Uint8Array,
  { block, txNum }: { readonly block: bigint; readonly txNum: number },
): ValidTransaction | null {
  try {
    const decoded = decodeEnvelope(envelope);
    if (isConfiguration(decoded)) return null;
    const { txId, rwset } = decodeTransaction(decoded);
    if (TRANSACTION_ID.test(txId)) return { txId, mspId: creatorMspId(decoded), rwset };
    throw new CotraceError('BAD_TRANSACTION_ID', 'its id is not a SHA-256 hash', { length: txId.length });
  } catch (cause) {
    if (!isCotraceError(cause)) throw cause;
    throw new CotraceError(
      'UNREADABLE_VALID_TRANSACTION',
      `transaction ${txNum} of block ${block} is marked as valid and cannot be read here ([${cause.code}] ` +
        `${cause.message}): either the peer is at fault, or this program is too old for the network`,
      { block, txNum, reason: cause.code },
      cause,
    );
  }
}
