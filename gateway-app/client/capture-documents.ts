import { setMaxListeners } from 'node:events';
import { isCotraceError } from '@cotrace/core';
import type { DomainRule, ReadEvent, ReadFile } from '@cotrace/epcis';
import { describe } from '../node/log.js';
import { CaptureClient } from './capture.js';
import { checkChain, type ChainStanding } from './chain-check.js';
import type { Connections } from './connections.js';
import { keysOf } from './event-keys.js';
import {
  capturedOutcome,
  failedOutcome,
  notTried,
  refusedOutcome,
  type EventOutcome,
} from './event-outcome.js';
import { runInOrder, type KeyedTask } from './in-order.js';
import { PROGRESS_MS } from './limits.js';
import { whyNothingTakenBack } from './taken-back.js';
import { readDocuments, warningsOf, type CaptureDocument } from './read-documents.js';

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
  /** Whether nothing is sent where an event of any document is not valid. Default: the others are captured. */
  readonly allOrNothing?: boolean;
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
  documents: Iterable<CaptureDocument>,
  { inFlight, rules, allOrNothing = false }: CaptureOptions,
  signal: AbortSignal,
  listeners: CaptureListeners,
): Promise<CaptureSummary> {
  const files = readDocuments(documents, rules);
  const warnings = [...warningsOf(files)];
  if (allOrNothing && files.some(({ events }) => events.some(({ result }) => !result.ok))) {
    return { outcomes: refuseAll(files, listeners), warnings };
  }
  await checkChain(connections, listeners.progress);
  // Each event under way listens to it: Node would warn of a leak from eleven on.
  setMaxListeners(Infinity, signal);
  const tasks = tasksOf(files, connections, signal, { ...listeners, warning: (one) => warnings.push(one) });
  const outcomes = await runInOrder(tasks, inFlight);
  const { standing, standings } = await afterwards(connections, outcomes, listeners);
  return { outcomes: standings, warnings: standing === 'unknown' ? [...warnings, NOT_ATTESTED] : warnings };
}

/** The outcomes where nothing is captured, as some events are not valid. */
function refuseAll(files: readonly ReadFile[], { outcome: tell }: CaptureListeners): readonly EventOutcome[] {
  return files.flatMap(({ name, events }) =>
    events.map((event) => {
      if (event.result.ok) return notTried(name, event, 'OTHERS_REFUSED');
      const outcome = refusedOutcome(name, event);
      tell?.(outcome);
      return outcome;
    }),
  );
}

/** Takes `files` over: what an event holds is kept until its capture has ended, and no longer. */
function* tasksOf(
  files: ReadFile[],
  connections: Connections,
  signal: AbortSignal,
  listeners: CaptureListeners & { readonly warning: (message: string) => void },
): Generator<KeyedTask<EventOutcome>> {
  const client = new CaptureClient(connections, listeners.progress);
  const total = files.reduce((sum, { events }) => sum + events.length, 0);
  let ended = 0;
  let told = Date.now();
  const run = async (name: string, event: ReadEvent): Promise<EventOutcome> => {
    if (signal.aborted) return notTried(name, event, 'INTERRUPTED');
    const outcome = await captureEvent(client, name, event, signal);
    listeners.outcome?.(outcome);
    const odd = await oddDeclaration(connections, event, outcome);
    if (odd !== null) listeners.warning(`${name}:${event.line} ${event.path} ${odd}`);
    ended += 1;
    if (Date.now() - told > PROGRESS_MS) {
      told = Date.now();
      listeners.progress(`${ended} of ${total} events`);
    }
    return outcome;
  };
  const left = files.splice(0).flatMap(({ name, events }) => events.map((event) => ({ name, event })));
  left.reverse();
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    const { name, event } = next;
    yield { keys: keysOf(event), run: () => run(name, event) };
  }
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

/** What is odd about an event that was recorded as a declaration of error; null where nothing is. */
function oddDeclaration(
  connections: Connections,
  { result }: ReadEvent,
  { status }: EventOutcome,
): Promise<string | null> | null {
  const isRecorded = status === 'recorded' || status === 'already recorded';
  return result.ok && isRecorded ? whyNothingTakenBack(connections, result.domain, result.record) : null;
}

async function captureEvent(
  client: CaptureClient,
  file: string,
  event: ReadEvent,
  signal: AbortSignal,
): Promise<EventOutcome> {
  const { result } = event;
  if (!result.ok) return refusedOutcome(file, event);
  try {
    return capturedOutcome(file, event, await client.capture(result.domain, result.record, signal));
  } catch (error) {
    return failedOutcome(file, event, isCotraceError(error) ? error.code : 'UNEXPECTED', describe(error));
  }
}
