import type { peer } from '@cotrace/fabric-model';
import { status } from '@grpc/grpc-js';

/** How a peer answered a proposal. */
export type ProposalOutcome =
  | { readonly kind: 'answered'; readonly response: peer.ProposalResponse }
  /** The proposal itself was refused: signature, access, form, repeated transaction id. */
  | { readonly kind: 'refused'; readonly message: string }
  /** No answer from the peer. */
  | { readonly kind: 'unavailable'; readonly message: string };

/** What a gateway makes of an outcome. */
export interface ResponseStatus {
  readonly code: status;
  readonly message: string;
  /** Whether another peer may do better; only an evaluation tries. */
  readonly retry: boolean;
}

/**
 * The gRPC status that an outcome stands for (`responseStatus` of internal/pkg/gateway/apiutils.go). A peer's own
 * failure is a status 500 without payload; a chaincode's has one.
 */
export function responseStatus(outcome: ProposalOutcome): ResponseStatus {
  if (outcome.kind === 'unavailable')
    return { code: status.UNAVAILABLE, message: outcome.message, retry: true };
  if (outcome.kind === 'refused') {
    return { code: status.FAILED_PRECONDITION, message: outcome.message, retry: false };
  }
  const { response, payload } = outcome.response;
  const code = response?.status ?? 0;
  const message = response?.message ?? '';
  if (code >= 200 && code < 400) return { code: status.OK, message: '', retry: false };
  if (payload.length === 0 && code === 500) return { code: status.ABORTED, message, retry: true };
  return { code: status.UNKNOWN, message: `chaincode response ${code}, ${message}`, retry: false };
}
