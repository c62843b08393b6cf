import {
  checkTraceId,
  compareBytes,
  CotraceError,
  isCotraceError,
  MAX_MSP_ID_BYTES,
  utf8,
} from '@cotrace/core';
import { DIRECTIONS, LINEAGE_LIMITS, MAX_RECORDERS, type TraceQuestion } from '@cotrace/verifier';
import type { ProveRequest } from '../../gen/cotrace/cotrace_pb.js';
import { MAX_NEWEST } from '../limits.js';

/** What a caller wants to have proven. */
export interface ProofRequest {
  readonly question: TraceQuestion;
  /** How many of the newest events are shown, where nothing is followed; null: what the question needs. */
  readonly newest: number | null;
  readonly envelopes: boolean;
  /** Null: the newest block. */
  readonly blockNum: bigint | null;
}

/** Reads a request. Throws `BAD_REQUEST`, naming what is wrong. */
export function readProofRequest(request: ProveRequest): ProofRequest {
  const { traceId, recorders, identifiers, events, newest = null, envelopes, blockNum = null } = request;
  const direction = DIRECTIONS.find((known) => known === request.direction);
  if (direction === undefined) throw bad(`the direction is one of ${DIRECTIONS.join(', ')}`);
  requireCanonical(traceId);
  requireLimit('identifiers', identifiers);
  requireLimit('events', events);
  if (newest !== null && direction !== 'none') {
    throw bad('a lineage shows what it needs; only without a direction the newest events alone can be shown');
  }
  if (newest !== null && newest > MAX_NEWEST) {
    throw bad(`at most ${MAX_NEWEST} newest events can be asked for, not ${newest}`);
  }
  return {
    question: {
      traceId,
      direction,
      recorders: recorders === undefined ? null : recordersOf(recorders.mspIds),
      limits: { identifiers, events },
    },
    newest,
    envelopes,
    blockNum,
  };
}

function requireCanonical(traceId: string): void {
  try {
    checkTraceId(traceId);
  } catch (cause) {
    if (!isCotraceError(cause)) throw cause;
    throw new CotraceError(
      'BAD_REQUEST',
      `the identifier is not one in canonical form: ${cause.message}`,
      {},
      cause,
    );
  }
}

function requireLimit(name: keyof typeof LINEAGE_LIMITS, value: number): void {
  const most = LINEAGE_LIMITS[name];
  if (value < 1 || value > most) throw bad(`the limit of ${name} is 1 to ${most}, not ${value}`);
}

function recordersOf(mspIds: readonly string[]): readonly string[] {
  const bytes = mspIds.map((mspId) => utf8(mspId));
  const fits = bytes.every(({ length }) => length > 0 && length <= MAX_MSP_ID_BYTES);
  if (!fits || bytes.length === 0 || bytes.length > MAX_RECORDERS) {
    throw bad(`recorders are 1 to ${MAX_RECORDERS} MSP ids of 1 to ${MAX_MSP_ID_BYTES} bytes`);
  }
  if (bytes.some((id, at) => at > 0 && compareBytes(bytes[at - 1] ?? id, id) >= 0)) {
    throw bad('recorders are sorted by their bytes, each once');
  }
  return mspIds;
}

function bad(message: string): CotraceError {
  return new CotraceError('BAD_REQUEST', message);
}
