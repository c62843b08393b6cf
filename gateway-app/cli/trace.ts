import {
  answerJson,
  type Direction,
  type VerifiedTrace,
  verify as verifyFile,
  writeRecordsProof,
} from '@cotrace/verifier';
import { answerText } from './answer-text.js';
import type { Connections } from '../client/connections.js';
import { faultText, type Fault } from '../client/faults.js';
import { trace as traceProduct } from '../client/trace.js';
import { loadTrust } from '../client/trust.js';
import { EXIT, printError, type Output } from './output.js';
import { readText } from './read-text.js';
import { toText } from './trace-text.js';
import { requireWritable, writeText } from './write-text.js';

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
  const { traceId, direction, proof: path } = options;
  const trust = loadTrust(options.trust);
  if (path !== undefined) requireWritable(path);
  const { proof, verified, wrongHints } = await traceProduct(connections, { traceId, direction }, trust);
  const faults = connections.faults.list();
  const json = toJson(verified, wrongHints, faults);
  if (verified.records.length === 0) {
    output.result(json, () => [`no record of ${verified.question.traceId}`, ...faults.map(faultText)]);
    return EXIT.failed;
  }
  const failure = path === undefined ? null : failureToWrite(path, writeRecordsProof(proof));
  output.result(json, () => [
    ...toText(verified),
    ...faults.map(faultText),
    ...wrongHints.map(
      ({ block, txNum }) =>
        `note: transaction ${txNum} of block ${block} carries a wrong hint; its chain was followed by transaction id`,
    ),
    ...(path === undefined || failure !== null
      ? []
      : [`proof written to ${path}; check it with: cotrace verify ${path} --trust FILE`]),
  ]);
  if (failure === null) return EXIT.done;
  printError(failure, output.json);
  return EXIT.failed;
}

/** Writes the proof; the error where that fails: an answer is worth showing without it. */
function failureToWrite(path: string, proof: string): unknown {
  try {
    writeText(path, proof);
    return null;
  } catch (error) {
    return error;
  }
}

/** `cotrace verify FILE`: checks a proof offline, given only the trust file; a proof that proves no event fails. */
export async function verify(file: string, trustPath: string, output: Output): Promise<number> {
  const trust = readText(trustPath);
  const verified = await verifyFile(readText(file), trust);
  if ('asOf' in verified) {
    output.result(JSON.parse(answerJson(verified)), () => ['the proof holds', ...answerText(verified)]);
    return EXIT.done;
  }
  output.result(toJson(verified, [], []), () => ['the proof holds', ...toText(verified)]);
  return EXIT.done;
}

function toJson(
  verified: VerifiedTrace,
  wrongHints: readonly { block: bigint; txNum: number }[],
  faults: readonly Fault[],
) {
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
    faults,
  };
}
