import { appendFileSync, closeSync, openSync, readFileSync } from 'node:fs';
import { distinctIds } from '@cotrace/chaincode';
import { CotraceError, fromUtf8, isCotraceError } from '@cotrace/core';
import { CaptureClient, type Captured } from '../client/capture.js';
import type { Connections } from '../client/connections.js';
import { runInOrder, type KeyedTask } from '../client/in-order.js';
import type { DomainRule } from '../epcis/domain-rules.js';
import { readEpcisFile, type ReadEvent, type ReadFile } from '../epcis/read-documents.js';
import { describe } from '../node/log.js';
import { EXIT, toJson, type Output } from './output.js';

/** What became of one event of a file. */
export interface EventOutcome {
  readonly file: string;
  /** Where in the file: the event's path and line. */
  readonly path: string;
  readonly line: number;
  readonly status: 'recorded' | 'already recorded' | 'refused' | 'failed';
  readonly domain: string | null;
  readonly txId: string | null;
  readonly recordId: string | null;
  readonly block: bigint | null;
  /** How often it was sent to the chaincode; above 1 it lost against other writers, or something was away. */
  readonly attempts: number;
  /** Why it was refused or failed. */
  readonly code: string | null;
  readonly reasons: readonly string[];
}

export interface CaptureSummary {
  readonly outcomes: readonly EventOutcome[];
  readonly warnings: readonly string[];
}

/** How often progress is told, in milliseconds. */
const PROGRESS_MS = 1000;

/** Who is told while files are captured. */
export interface CaptureListeners {
  readonly progress: (message: string) => void;
  /** Each event's outcome as soon as it is known: what was acknowledged stays known if the process dies. */
  readonly outcome?: (outcome: EventOutcome) => void;
}

/** Reads EPCIS files and captures their events, at most `inFlight` at a time, in order where identifiers are shared. */
export async function captureFiles(
  connections: Connections,
  files: readonly string[],
  { inFlight, rules }: Pick<CaptureOptions, 'inFlight' | 'rules'>,
  signal: AbortSignal,
  listeners: CaptureListeners,
): Promise<CaptureSummary> {
  const read = files.map((file) => ({ file, ...readFile(file, rules) }));
  const client = new CaptureClient(connections);
  const total = read.reduce((sum, { events }) => sum + events.length, 0);
  let ended = 0;
  let told = Date.now();
  const tasks = read.flatMap(({ file, events }) =>
    events.map((event): KeyedTask<EventOutcome> => ({
      keys: keysOf(event),
      run: async () => {
        const outcome = await captureEvent(client, file, event, signal);
        listeners.outcome?.(outcome);
        ended += 1;
        if (Date.now() - told > PROGRESS_MS) {
          told = Date.now();
          listeners.progress(`${ended} of ${total} events`);
        }
        return outcome;
      },
    })),
  );
  const outcomes = await runInOrder(tasks, inFlight);
  return {
    outcomes,
    warnings: read.flatMap(({ file, warnings }) => warnings.map((text) => `${file}: ${text}`)),
  };
}

/** How `cotrace capture` runs. */
export interface CaptureOptions {
  /** Events under way at a time. */
  readonly inFlight: number;
  /** Which domain an event is recorded in. */
  readonly rules: readonly DomainRule[];
  /** File that outcomes are appended to as soon as they are known, one line of JSON each. */
  readonly log?: string;
}

/** `cotrace capture FILE…`. */
export async function capture(
  connections: Connections,
  files: readonly string[],
  { inFlight, rules, log }: CaptureOptions,
  output: Output,
): Promise<number> {
  const interrupted = new AbortController();
  process.once('SIGINT', () => interrupted.abort());
  const outcomeLog = log === undefined ? null : openLog(log);
  const listeners: CaptureListeners = {
    progress: (message) => output.progress(message),
    // One write a line, with nothing kept back: a line is in the file, whatever becomes of this process.
    outcome: (outcome) => {
      if (outcomeLog !== null) appendFileSync(outcomeLog, `${toJson(outcome)}\n`);
    },
  };
  const { outcomes, warnings } = await captureFiles(
    connections,
    files,
    { inFlight, rules },
    interrupted.signal,
    listeners,
  );
  if (outcomeLog !== null) closeSync(outcomeLog);
  for (const warning of warnings) output.progress(`warning: ${warning}`);
  const count = (status: EventOutcome['status']) =>
    outcomes.filter((outcome) => outcome.status === status).length;
  const counts = {
    events: outcomes.length,
    recorded: count('recorded'),
    alreadyRecorded: count('already recorded'),
    refused: count('refused'),
    failed: count('failed'),
  };
  output.result({ ...counts, outcomes, warnings }, () => [
    ...outcomes.flatMap(toText),
    `${counts.recorded} of ${counts.events} events recorded, ${counts.alreadyRecorded} already recorded, ${counts.refused} refused` +
      (counts.failed > 0 ? `, ${counts.failed} failed` : ''),
  ]);
  if (counts.failed > 0) return EXIT.failed;
  return counts.refused > 0 ? EXIT.someRefused : EXIT.done;
}

async function captureEvent(
  client: CaptureClient,
  file: string,
  event: ReadEvent,
  signal: AbortSignal,
): Promise<EventOutcome> {
  const place = { file, path: event.path, line: event.line };
  const nothing = { txId: null, recordId: null, block: null, attempts: 0 };
  const { result } = event;
  if (!result.ok) {
    const reasons = result.errors.map(({ path, line, message }) => `${path} (line ${line}): ${message}`);
    return { ...place, ...nothing, status: 'refused', domain: null, code: 'INVALID_EVENT', reasons };
  }
  const { domain, record } = result;
  try {
    return { ...place, domain, ...fromCaptured(await client.capture(domain, record, signal)) };
  } catch (error) {
    const code = isCotraceError(error) ? error.code : 'UNEXPECTED';
    return { ...place, ...nothing, status: 'failed', domain, code, reasons: [describe(error)] };
  }
}

function fromCaptured(captured: Captured): Omit<EventOutcome, 'file' | 'path' | 'line' | 'domain'> {
  if (captured.status === 'refused') {
    const { code, message } = captured.refusal;
    const { attempts } = captured;
    return { status: 'refused', txId: null, recordId: null, block: null, attempts, code, reasons: [message] };
  }
  const { status, txId, recordId, block, attempts } = captured;
  return { status, txId, recordId, block, attempts, code: null, reasons: [] };
}

/** Events that share an identifier in a domain, an event id or an event hash must not overtake each other. */
function keysOf({ result }: ReadEvent): string[] {
  if (!result.ok) return [];
  const { domain, record } = result;
  return [
    ...distinctIds(record).map((id) => `trace/${domain}/${id}`),
    `hash/${record.eventHash}`,
    ...(record.eventID === null ? [] : [`id/${record.eventID}`]),
  ];
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

/** The events of a file; one that is no text is refused as a whole, as one that is no JSON is. */
function readFile(path: string, rules: readonly DomainRule[]): ReadFile {
  const bytes = readBytes(path);
  try {
    return readEpcisFile(fromUtf8(bytes), path, rules);
  } catch (error) {
    if (!isCotraceError(error, 'BAD_UTF8')) throw error;
    const place = { path: '(root)', line: 1, column: 1 };
    const message = `is not text in UTF-8: its byte ${Number(error.detail['offset']) + 1} is wrong`;
    const result = { ok: false as const, errors: [{ ...place, message }] };
    return { name: path, events: [{ index: 0, ...place, result }], warnings: [] };
  }
}

function readBytes(path: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (cause) {
    throw new CotraceError('NO_FILE', `${path} cannot be read`, { path }, cause);
  }
}
