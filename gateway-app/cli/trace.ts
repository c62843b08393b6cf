import { writeFileSync } from 'node:fs';
import { canonicalTraceId } from '@cotrace/core';
import { nodeVerifier } from '@cotrace/network';
import { collectTrace } from '../client/collect-trace.js';
import type { Connections } from '../client/connections.js';
import type { Direction } from '../proof/lineage.js';
import { readRecordsProof, writeRecordsProof } from '../proof/records-proof.js';
import { readTrust } from '../proof/trust.js';
import { verifyRecords, type VerifiedTrace } from '../proof/verify-records.js';
import { EXIT, type Output } from './output.js';
import { readText } from './read-text.js';
import { toText } from './trace-text.js';

export interface TraceOptions {
  readonly traceId: string;
  readonly direction: Direction;
  /** Path of the trust file. */
  readonly trust: string;
  /** Where to write the proof, if anywhere. */
  readonly proof?: string | undefined;
}

/** `cotrace trace TRACEID`: the answer is verified against the trust file before it is shown. */
export async function trace(
  connections: Connections,
  options: TraceOptions,
  output: Output,
): Promise<number> {
  const { direction, proof: path } = options;
  const trust = readTrust(readText(options.trust), nodeVerifier);
  const traceId = canonicalTraceId(options.traceId);
  const { proof, wrongHints } = await collectTrace(connections, { traceId, direction });
  if (proof.transactions.length === 0) {
    const nothing = { question: proof.question, records: [], identifiers: [], attestedBy: [] };
    output.result(toJson(nothing, []), () => [`no record of ${traceId}`]);
    return EXIT.failed;
  }
  const verified = verifyRecords(proof, trust);
  if (path !== undefined) writeFileSync(path, writeRecordsProof(proof));
  output.result(toJson(verified, wrongHints), () => [
    ...toText(verified),
    ...wrongHints.map(
      ({ block, txNum }) =>
        `note: transaction ${txNum} of block ${block} carries a wrong hint; its chain was followed by transaction id`,
    ),
    ...(path === undefined
      ? []
      : [`proof written to ${path}; check it with: cotrace verify ${path} --trust FILE`]),
  ]);
  return EXIT.done;
}

/** `cotrace verify FILE`: checks a proof offline, given only the trust file; a proof that proves no event fails. */
export function verify(file: string, trustPath: string, output: Output): number {
  const trust = readTrust(readText(trustPath), nodeVerifier);
  const verified = verifyRecords(readRecordsProof(readText(file)), trust);
  output.result(toJson(verified, []), () => ['the proof holds', ...toText(verified)]);
  return EXIT.done;
}

function toJson(verified: VerifiedTrace, wrongHints: readonly { block: bigint; txNum: number }[]) {
  const { question, records, identifiers, attestedBy } = verified;
  return {
    traceId: question.traceId,
    direction: question.direction,
    verified: records.length > 0,
    attestedBy,
    events: records.map(
      ({ domain, block, txNum, txId, recordId, step, eventTime, eventID, traces, data }) => ({
        domain,
        block,
        txNum,
        txId,
        recordId,
        step,
        eventTime,
        eventID,
        traces: traces.map(({ id, role, ver }) => ({ id, role, ver })),
        proof: 'checked',
        data,
      }),
    ),
    identifiers,
    withoutOrigin: identifiers.filter((identifier) => identifier.lacksOrigin).map(({ id }) => id),
    wrongHints,
  };
}
