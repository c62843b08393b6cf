import type { RefusalBody } from '@cotrace/chaincode';
import { CotraceError, type ErrorCode, isCotraceError } from '@cotrace/core';
import { peer } from '@cotrace/fabric-model';
import { status } from '@grpc/grpc-js';
import { GatewayError } from '@hyperledger/fabric-gateway';
import { refusalOf } from './refusal.js';

/** What became of a record for good. */
export type Outcome =
  | {
      readonly status: 'recorded' | 'already recorded';
      readonly txId: string;
      readonly recordId: string;
      /** Null where the record was there before: the contract names its transaction only. */
      readonly block: bigint | null;
    }
  | { readonly status: 'refused'; readonly refusal: RefusalBody };

/** What one attempt to capture a record came to: an outcome, or a cause that may pass. */
export type Attempt =
  { readonly kind: 'done'; readonly outcome: Outcome } | { readonly kind: 'again'; readonly cause: unknown };

const { MVCC_READ_CONFLICT, PHANTOM_READ_CONFLICT, DUPLICATE_TXID, INVALID_CHAINCODE } =
  peer.TxValidationCode;

/** Codes after which the same record can be captured anew: it lost against another one, or a definition changed. */
const TRY_AGAIN: ReadonlySet<number> = new Set([
  MVCC_READ_CONFLICT,
  PHANTOM_READ_CONFLICT,
  DUPLICATE_TXID,
  INVALID_CHAINCODE,
]);

/** Codes of nodes that were asked and may answer later: they are away, or have too much to do for this caller. */
const PASSING: ReadonlySet<string> = new Set([
  'UNREACHABLE',
  'NO_ANSWER',
  'TOO_MANY_CALLS',
] satisfies ErrorCode[]);

/** gRPC codes that stay. */
const HOPELESS: ReadonlySet<number> = new Set([
  status.INVALID_ARGUMENT,
  status.NOT_FOUND,
  status.PERMISSION_DENIED,
  status.UNIMPLEMENTED,
  status.UNAUTHENTICATED,
]);

/** After a transaction was committed as invalid with `code`. Throws `INVALID_TRANSACTION` where no repeat can help. */
export function afterInvalid(txId: string, code: number): Attempt {
  const name = peer.TxValidationCode[code] ?? 'unknown';
  const cause = new CotraceError('INVALID_TRANSACTION', `transaction ${txId} was not valid: ${name}`, {
    txId,
    code,
  });
  if (!TRY_AGAIN.has(code)) throw cause;
  return { kind: 'again', cause };
}

/**
 * After an attempt failed. A stale hint, and whatever a gateway or a node may get over, is tried again; the
 * contract's other refusals are outcomes. Throws the error where a repeat cannot help.
 */
export function afterError(error: unknown): Attempt {
  const refusal = refusalOf(error);
  if (refusal !== null) return afterRefusal(refusal, error);
  const mayPass = error instanceof GatewayError ? !HOPELESS.has(error.code) : isAway(error);
  if (!mayPass) throw error;
  return { kind: 'again', cause: error };
}

function afterRefusal(refusal: RefusalBody, cause: unknown): Attempt {
  if (refusal.code === 'STALE') return { kind: 'again', cause };
  if (refusal.code === 'DUPLICATE') {
    const { txId, recordId } = refusal.detail;
    if (typeof txId === 'string' && typeof recordId === 'string') {
      return { kind: 'done', outcome: { status: 'already recorded', txId, recordId, block: null } };
    }
  }
  return { kind: 'done', outcome: { status: 'refused', refusal } };
}

/** Whether the nodes that were asked may answer later. */
function isAway(error: unknown): boolean {
  return isCotraceError(error) && PASSING.has(error.code);
}
