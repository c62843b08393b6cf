import { CotraceError, type ErrorCode, isCotraceError } from '@cotrace/core';
import { status } from '@grpc/grpc-js';
import { CommitStatusError, EndorseError, GatewayError } from '@hyperledger/fabric-gateway';
import { MAX_ANSWER_TEXT } from './limits.js';

/** What went wrong with a transaction: who says it and where, one line each, and what to do. */
export interface Explained {
  readonly answers: readonly string[];
  readonly advice: string;
}

/**
 * What stands behind an error of Fabric's gateway, whose own message only says that there are details: the answer of each
 * organisation. `peer` names the peer whose gateway was called.
 */
export function explain(error: unknown, peer: string): Explained {
  if (!(error instanceof GatewayError)) {
    const text = isCotraceError(error) ? `[${error.code}] ${error.message}` : String(error);
    return { answers: [text], advice: 'see `cotrace nodes`' };
  }
  const answers = error.details.map(
    ({ mspId, address, message }) => `${mspId} at ${address}: ${message.slice(0, MAX_ANSWER_TEXT)}`,
  );
  if (answers.length > 0) return { answers, advice: ADVICE_ON_ANSWERS[stageOf(error)] };
  const said = NOT_ANSWERED.has(error.code)
    ? SILENT[stageOf(error)]
    : error.cause.details.slice(0, MAX_ANSWER_TEXT);
  return { answers: [`${peer}: ${said}`], advice: adviceOf(error) };
}

/** An error with what stands behind one of Fabric's gateway: `what` failed, each organisation's answer, what to do. */
export function explained(
  code: ErrorCode,
  what: string,
  { error, peer }: { readonly error: unknown; readonly peer: string },
  detail: Readonly<Record<string, unknown>> = {},
): CotraceError {
  const { answers, advice } = explain(error, peer);
  return new CotraceError(code, `${what}: ${answers.join('; ')}; ${advice}`, { ...detail, answers }, error);
}

/** What Fabric gives where discovery finds no set of peers that satisfies the policy (internal/pkg/gateway/endorse.go). */
const NO_PEERS: number = status.FAILED_PRECONDITION;
/** Where it knows no peer of an organisation, or is not there itself. */
const UNAVAILABLE: number = status.UNAVAILABLE;

type Stage = 'endorse' | 'submit' | 'commit';

function stageOf(error: GatewayError): Stage {
  if (error instanceof CommitStatusError) return 'commit';
  // The package exports the class of a failed submit as a type alone; a failed evaluation has no transaction.
  return !(error instanceof EndorseError) && 'transactionId' in error ? 'submit' : 'endorse';
}

const NOT_ANSWERED: ReadonlySet<number> = new Set([status.DEADLINE_EXCEEDED, status.CANCELLED]);

const SILENT: Readonly<Record<Stage, string>> = {
  endorse: 'no answer to the proposal in time; it, or a peer or chaincode service that it asks, is silent',
  submit: 'no answer from the ordering service in time',
  commit: 'the transaction was not committed in time',
};

const ADVICE_ON_ANSWERS: Readonly<Record<Stage, string>> = {
  endorse: 'see that the peers and chaincode services of these organisations run',
  submit: 'see that the ordering service runs and has a leader',
  commit: 'see that the peer and the ordering service run',
};

function adviceOf(error: GatewayError): string {
  if (error instanceof EndorseError && error.code === NO_PEERS) {
    return (
      'the peer finds no set of peers that may endorse: see that the other organisations’ peers run and have the chaincode, ' +
      'and that anchor peers and external endpoints are set, without which peers of other organisations are not known'
    );
  }
  if (error.code === UNAVAILABLE) return 'see that the peer runs and can be reached';
  return ADVICE_ON_ANSWERS[stageOf(error)];
}
