import { appendFileSync, closeSync, openSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { CotraceError } from '@cotrace/core';
import type { CaptureListeners, CaptureOptions } from '../client/capture-documents.js';
import { captureFiles } from '../client/capture-files.js';
import type { Connections } from '../client/connections.js';
import { countOutcomes, type EventOutcome } from '../client/event-outcome.js';
import { faultText } from '../client/faults.js';
import { interruptible } from './interruptible.js';
import { EXIT, toJson, type Output } from './output.js';
import { othersText } from './rule-for-others.js';

/** How `cotrace capture` runs. */
export interface CaptureCommandOptions extends CaptureOptions {
  /** File that outcomes are appended to as soon as they are known, one line of JSON each. */
  readonly log?: string;
}

/** `cotrace capture FILE…`: people are shown each outcome as soon as it is known. */
export async function capture(
  connections: Connections,
  files: readonly string[],
  { log, ...options }: CaptureCommandOptions,
  output: Output,
): Promise<number> {
  // By itself V8 collects when the heap is three to four times what lives in it: 400 MB for a document of 10,000 events.
  setFlagsFromString('--heap-growing-percent=50');
  const outcomeLog = log === undefined ? null : openLog(log);
  const listeners: CaptureListeners = {
    progress: (message) => output.progress(message),
    // One write a line, with nothing kept back: a line is in the file, whatever becomes of this process.
    outcome: (outcome) => {
      if (outcomeLog !== null) appendFileSync(outcomeLog, `${toJson(outcome)}\n`);
      output.part(() => toText(outcome));
    },
  };
  const { outcomes, warnings, isInterrupted } = await interruptible(async (signal) => {
    const summary = await captureFiles(connections, files, options, signal, listeners);
    return { ...summary, isInterrupted: signal.aborted };
  });
  if (outcomeLog !== null) closeSync(outcomeLog);
  for (const warning of warnings) output.progress(`warning: ${warning}`);
  const counts = countOutcomes(outcomes);
  const faults = connections.faults.list();
  output.result({ ...counts, outcomes, warnings, faults }, () => [
    ...othersText(outcomes),
    ...faults.map(faultText),
    isInterrupted ? interruptedText(counts) : countsText(counts),
  ]);
  if (isInterrupted) return EXIT.interrupted;
  if (counts.failed > 0) return EXIT.failed;
  return counts.refused > 0 ? EXIT.someRefused : EXIT.done;
}

type Counts = ReturnType<typeof countOutcomes>;

function countsText({ events, recorded, alreadyRecorded, refused, failed, notTried }: Counts): string {
  if (notTried > 0)
    return `nothing captured: ${refused} of ${events} events refused, and --all-or-nothing was given`;
  return (
    `${recorded} of ${events} events recorded, ${alreadyRecorded} already recorded, ${refused} refused` +
    (failed > 0 ? `, ${failed} failed` : '')
  );
}

function interruptedText({ recorded, alreadyRecorded, refused, failed, notTried }: Counts): string {
  return (
    `interrupted: ${recorded} recorded, ${notTried} not tried` +
    (alreadyRecorded > 0 ? `, ${alreadyRecorded} already recorded` : '') +
    (refused > 0 ? `, ${refused} refused` : '') +
    (failed > 0 ? `, ${failed} failed or not known` : '') +
    '; capture the same files again: nothing is recorded twice'
  );
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
