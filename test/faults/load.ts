import { join } from 'node:path';
import type { CaptureAnswer } from '../acceptance/answers.js';
import type { Cotrace, Running } from '../acceptance/cotrace.js';
import { generateEvents, writeFiles } from './epcis-files.js';
import { OutcomeLog } from './outcome-log.js';
import type { Random } from './random.js';

const EVENTS_A_FILE = 20;
/** Events under way at a time: blocks come steadily, and leave the machine to the others. */
const IN_FLIGHT = '2';

/** A client that captures one event after the other until it is stopped. */
export class Load {
  readonly #cotrace: Cotrace;
  readonly #outcomes: OutcomeLog;
  readonly #client: Running;

  /** `events`: how many there are; `folder`: for their files. */
  constructor(cotrace: Cotrace, folder: string, events: number, random: Random) {
    const log = join(folder, 'outcomes.ndjson');
    const files = writeFiles(folder, 'load', generateEvents(events, random), EVENTS_A_FILE);
    this.#cotrace = cotrace;
    this.#outcomes = new OutcomeLog(log);
    this.#client = cotrace.start('--json', 'capture', '--in-flight', IN_FLIGHT, '--log', log, ...files);
  }

  /** Interrupts the client; what is under way is finished. Throws where there was nothing left to capture. */
  async stop(): Promise<void> {
    this.#client.signal('SIGINT');
    const { code, stderr } = await this.#client.ended;
    if (code !== 130) throw new Error(`the client ended by itself, with exit code ${code}: ${stderr}`);
  }

  /** The transactions that were acknowledged. */
  acknowledged(): string[] {
    return this.#outcomes.read().flatMap(({ txId }) => txId ?? []);
  }

  /** Captures again the files of which anything was captured: how many events they have, and what became of them. */
  async again(): Promise<{ readonly events: number; readonly report: CaptureAnswer }> {
    const files = [...new Set(this.#outcomes.read().map(({ file }) => file))];
    const { value } = await this.#cotrace.json<CaptureAnswer>('capture', ...files);
    return { events: files.length * EVENTS_A_FILE, report: value };
  }
}
