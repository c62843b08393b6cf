import { understand, understoodText } from '@cotrace/core';
import { answerJson, type TraceAnswer, verify as verifyFile, writeTraceProof } from '@cotrace/verifier';
import type { Connections } from '../client/connections.js';
import { faultText } from '../client/faults.js';
import { type Corrections, findCorrections } from '../client/find-corrections.js';
import { trace as traceProduct, type TraceWish } from '../client/trace.js';
import { loadTrust } from '../client/trust.js';
import { EXIT, printError, type Output } from './output.js';
import { readText } from './read-text.js';
import { toText } from './trace-text.js';
import { requireWritable, writeText } from './write-text.js';

export interface TraceOptions extends TraceWish {
  /** Path of the trust file. */
  readonly trust: string;
  /** Where to write the proof, if anywhere. */
  readonly proof?: string | undefined;
}

/**
 * `cotrace trace TRACEID`: the answer is verified against the trust file before it is shown; exit code 1 where nobody has
 * recorded it, or the answer is not complete.
 */
export async function trace(
  connections: Connections,
  { trust: trustPath, proof: path, ...wish }: TraceOptions,
  output: Output,
): Promise<number> {
  const understood = understand(wish.traceId);
  for (const line of understoodText(wish.traceId, understood)) output.progress(line);
  const trust = loadTrust(trustPath);
  if (path !== undefined) requireWritable(path);
  const { proof, answer } = await traceProduct(connections, wish, trust);
  const corrections = await findCorrections(connections, answer, trust);
  const faults = connections.faults.list();
  const failure = path === undefined ? null : failureToWrite(path, writeTraceProof(proof));
  output.result({ ...toJson(answer), understood, faults, corrections: correctionsJson(corrections) }, () => [
    ...toText(answer, corrections),
    ...faults.map(faultText),
    ...(path === undefined || failure !== null
      ? []
      : [`proof written to ${path}; check it with: cotrace verify ${path} --trust FILE`]),
  ]);
  if (failure !== null) printError(failure, output.json);
  if (failure !== null) return EXIT.failed;
  const isEnough = wish.newest != null || answer.complete;
  return isEnough && isRecorded(answer) ? EXIT.done : EXIT.failed;
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

/**
 * `cotrace verify FILE`: checks a proof offline, given only the trust file; exit code 1 where it holds, but shows no event, or
 * is not complete.
 */
export async function verify(file: string, trustPath: string, output: Output): Promise<number> {
  const trust = readText(trustPath);
  const answer = await verifyFile(readText(file), trust);
  output.result(toJson(answer), () => ['the proof holds', ...toText(answer)]);
  return answer.complete && isRecorded(answer) ? EXIT.done : EXIT.failed;
}

function isRecorded({ question, identifiers }: TraceAnswer): boolean {
  const own = identifiers.find(({ traceId }) => traceId === question.traceId);
  return own !== undefined && own.organisations.length > 0;
}

/** The answer as `--json` has it (docs/formats.md, Trace answer). */
export function toJson(answer: TraceAnswer): Readonly<Record<string, unknown>> {
  return JSON.parse(answerJson(answer)) as Record<string, unknown>;
}

function correctionsJson(corrections: Corrections) {
  return [...corrections].map(([eventID, places]) => ({ eventID, places }));
}
