import { appendFileSync, closeSync, openSync } from 'node:fs';
import { CotraceError } from '@cotrace/core';
import {
  countOutcomes,
  type CaptureListeners,
  type CaptureOptions,
  type EventOutcome,
} from '../client/capture-documents.js';
import { captureFiles } from '../client/capture-files.js';
import type { Connections } from '../client/connections.js';
import { faultText } from '../client/faults.js';
import { interruptible } from './interruptible.js';
import { EXIT, toJson, type Output } from './output.js';
import { othersText } from './rule-for-others.js';

/** How `cotrace capture` runs. */
export interface CaptureCommandOptions extends CaptureOptions {
  /** File that outcomes are appended to as soon as they are known, one line of JSON each. */
  readonly log?: string;
}

/** `cotrace capture FILE…`. */
export async function capture(
  connections: Connections,
  files: readonly string[],
  { inFlight, rules, log }: CaptureCommandOptions,
  output: Output,
): Promise<number> {
  const outcomeLog = log === undefined ? null : openLog(log);
  const listeners: CaptureListeners = {
    progress: (message) => output.progress(message),
    // One write a line, with nothing kept back: a line is in the file, whatever becomes of this process.
    outcome: (outcome) => {
      if (outcomeLog !== null) appendFileSync(outcomeLog, `${toJson(outcome)}\n`);
    },
  };
  const { outcomes, warnings, isInterrupted } = await interruptible(async (signal) => {
    const summary = await captureFiles(connections, files, { inFlight, rules }, signal, listeners);
    return { ...summary, isInterrupted: signal.aborted };
  });
  if (outcomeLog !== null) closeSync(outcomeLog);
  for (const warning of warnings) output.progress(`warning: ${warning}`);
  const counts = countOutcomes(outcomes);
  const faults = connections.faults.list();
  output.result({ ...counts, outcomes, warnings, faults }, () => [
    ...outcomes.filter(({ status }) => status !== 'not tried').flatMap(toText),
    ...othersText(outcomes),
    ...faults.map(faultText),
    `${counts.recorded} of ${counts.events} events recorded, ${counts.alreadyRecorded} already recorded, ${counts.refused} refused` +
      (counts.failed > 0 ? `, ${counts.failed} failed` : '') +
      (counts.notTried > 0 ? `, ${counts.notTried} not tried, as the capture was interrupted` : ''),
  ]);
  if (isInterrupted) return EXIT.interrupted;
  if (counts.failed > 0) return EXIT.failed;
  return counts.refused > 0 ? EXIT.someRefused : EXIT.done;
}

function toText({ file, path, line, status, domain, txId, code, reasons }: EventOutcome): string[] {
  const place = `${file}:${line} ${path}`;
  if (status === 'refused' || status === 'failed') {
    return [`${place}: ${status} [${code ?? ''}]`, ...reasons.map((reason) => `    ${reason}`)];
  }
  return [`${place}: ${status} in ${domain ?? ''}, transaction ${txId?.slice(0, 12) ?? ''}…`];
}

function openLog(path: string): number {
  try {
    return openSync(path, 'a');
  } catch (cause) {
    throw new CotraceError('NO_FILE', `${path} cannot be written`, { path }, cause);
  }
}
