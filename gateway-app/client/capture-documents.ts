import { type ErrorCode, fromUtf8, isCotraceError } from '@cotrace/core';
import { type DomainRule, readEpcisFile, type ReadEvent, type ReadFile, refusedFile } from '@cotrace/epcis';
import { describe } from '../node/log.js';
import { CaptureClient, type Captured } from './capture.js';
import { checkChain, type ChainStanding } from './chain-check.js';
import type { Connections } from './connections.js';
import { keysOf } from './event-keys.js';
import { runInOrder, type KeyedTask } from './in-order.js';
import { PROGRESS_MS } from './limits.js';

/** An EPCIS document or single event, as bytes of JSON in UTF-8. */
export interface CaptureDocument {
  /** How outcomes name it. */
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** What became of one event of a document. */
export interface EventOutcome {
  /** Name of the document. */
  readonly file: string;
  /** Where in the document: the event's path and line. */
  readonly path: string;
  readonly line: number;
  /** `not tried`: the capture was interrupted before its turn. */
  readonly status: 'recorded' | 'already recorded' | 'refused' | 'failed' | 'not tried';
  readonly domain: string | null;
  /** Whether no rule of the table fits it but the one for all other events. */
  readonly byRuleForOthers: boolean;
  readonly txId: string | null;
  readonly recordId: string | null;
  readonly block: bigint | null;
  /** How often it was sent to the chaincode; above 1 it lost against other writers, or something was away. */
  readonly attempts: number;
  /** Why it was refused or failed. */
  readonly code: string | null;
  readonly reasons: readonly string[];
}

/** What became of all events, in the order of the documents. */
export interface CaptureSummary {
  readonly outcomes: readonly EventOutcome[];
  readonly warnings: readonly string[];
}

/** How documents are captured. */
export interface CaptureOptions {
  /** The most events under way at a time, at least 1. */
  readonly inFlight: number;
  /** Which domain an event is recorded in: the first rule that fits. */
  readonly rules: readonly DomainRule[];
}

/** Who is told while documents are captured. */
export interface CaptureListeners {
  readonly progress: (message: string) => void;
  /** Each event's outcome as soon as it is known: what was acknowledged stays known if the process dies. */
  readonly outcome?: (outcome: EventOutcome) => void;
}

/**
 * Reads EPCIS documents and captures their events, at most `inFlight` at a time, in order where identifiers are shared. Before
 * and after, it looks whether the ledger is the one that masters attest. What becomes of an event is its outcome; `signal`
 * leaves those that are not under way untried. Throws `WRONG_CHAIN` where the ledger is another one before.
 */
export async function captureDocuments(
  connections: Connections,
  documents: readonly CaptureDocument[],
  { inFlight, rules }: CaptureOptions,
  signal: AbortSignal,
  listeners: CaptureListeners,
): Promise<CaptureSummary> {
  const read = documents.map((document) => ({ file: document.name, ...readDocument(document, rules) }));
  await checkChain(connections, listeners.progress);
  const client = new CaptureClient(connections, listeners.progress);
  const total = read.reduce((sum, { events }) => sum + events.length, 0);
  let ended = 0;
  let told = Date.now();
  const tasks = read.flatMap(({ file, events }) =>
    events.map((event): KeyedTask<EventOutcome> => ({
      keys: keysOf(event),
      run: async () => {
        if (signal.aborted) return notTried(file, event);
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
  const { standing, standings } = await afterwards(connections, outcomes, listeners);
  const warnings = read.flatMap(({ file, warnings: texts }) => texts.map((text) => `${file}: ${text}`));
  return { outcomes: standings, warnings: standing === 'unknown' ? [...warnings, NOT_ATTESTED] : warnings };
}

const NOT_ATTESTED =
  'the masters have not attested the newest block of the ledger yet; `cotrace nodes` shows how they stand';

/** What was recorded does not count where the ledger turns out to be another one than the masters'. */
async function afterwards(
  connections: Connections,
  outcomes: readonly EventOutcome[],
  listeners: CaptureListeners,
): Promise<{ readonly standing: ChainStanding; readonly standings: readonly EventOutcome[] }> {
  const isRecorded = ({ status }: EventOutcome) => status === 'recorded' || status === 'already recorded';
  if (!outcomes.some(isRecorded)) return { standing: 'attested', standings: outcomes };
  try {
    return { standing: await checkChain(connections, listeners.progress), standings: outcomes };
  } catch (error) {
    if (!isCotraceError(error, 'WRONG_CHAIN')) throw error;
    const { code, message } = error;
    const standings = outcomes.map((outcome): EventOutcome => {
      if (!isRecorded(outcome)) return outcome;
      const failed = { ...outcome, status: 'failed' as const, code, reasons: [message] };
      listeners.outcome?.(failed);
      return failed;
    });
    return { standing: 'attested', standings };
  }
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
    const aimed = { ...place, domain: null, byRuleForOthers: false };
    return { ...aimed, ...nothing, status: 'refused', code: 'INVALID_EVENT' satisfies ErrorCode, reasons };
  }
  const { domain, record, byRuleForOthers } = result;
  const aimed = { ...place, domain, byRuleForOthers };
  try {
    return { ...aimed, ...fromCaptured(await client.capture(domain, record, signal)) };
  } catch (error) {
    const code = isCotraceError(error) ? error.code : ('UNEXPECTED' satisfies ErrorCode);
    return { ...aimed, ...nothing, status: 'failed', code, reasons: [describe(error)] };
  }
}

function notTried(file: string, { path, line, result }: ReadEvent): EventOutcome {
  const { domain, byRuleForOthers } = result.ok ? result : { domain: null, byRuleForOthers: false };
  const nothing = { txId: null, recordId: null, block: null, attempts: 0 };
  return {
    ...{ file, path, line, domain, byRuleForOthers, ...nothing },
    status: 'not tried',
    code: 'INTERRUPTED',
    reasons: [],
  };
}

function fromCaptured(
  captured: Captured,
): Omit<EventOutcome, 'file' | 'path' | 'line' | 'domain' | 'byRuleForOthers'> {
  if (captured.status === 'refused') {
    const { code, message } = captured.refusal;
    const { attempts } = captured;
    return { status: 'refused', txId: null, recordId: null, block: null, attempts, code, reasons: [message] };
  }
  const { status, txId, recordId, block, attempts } = captured;
  return { status, txId, recordId, block, attempts, code: null, reasons: [] };
}

/** The events of a document; one that is not text is refused as a whole, as one that is not JSON is. */
function readDocument({ name, bytes }: CaptureDocument, rules: readonly DomainRule[]): ReadFile {
  try {
    return readEpcisFile(fromUtf8(bytes), name, rules);
  } catch (error) {
    if (!isCotraceError(error, 'BAD_UTF8')) throw error;
    return refusedFile(name, `is not text in UTF-8: its byte ${Number(error.detail['offset']) + 1} is wrong`);
  }
}

/** How many events had each outcome. */
export function countOutcomes(outcomes: readonly Pick<EventOutcome, 'status'>[]) {
  const count = (status: EventOutcome['status']) => outcomes.filter((one) => one.status === status).length;
  return {
    events: outcomes.length,
    recorded: count('recorded'),
    alreadyRecorded: count('already recorded'),
    refused: count('refused'),
    failed: count('failed'),
    notTried: count('not tried'),
  };
}
