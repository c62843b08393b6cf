import { setTimeout as sleep } from 'node:timers/promises';
import type { Cotrace, Ended, Running } from '../acceptance/cotrace.js';
import type { OutcomeLog } from './outcome-log.js';
import type { Random } from './random.js';
import type { Kind, Supervisor } from './supervisor.js';

const POLL_MS = 20;
const LONGEST_DELAY_MS = 200;

/** What is captured, and what is killed meanwhile besides the client. */
export interface CaptureTask {
  readonly cotrace: Cotrace;
  readonly files: readonly string[];
  readonly events: number;
  readonly kinds: readonly Kind[];
}

export interface Kill {
  /** Name of the kind. */
  readonly kind: string;
  /** Name of the process. */
  readonly victim: string;
  /** Events of the files that were acknowledged at that moment. */
  readonly after: number;
}

/** A client that captures files, and can be killed and started again on the same files. */
class CapturingClient {
  readonly #start: () => Running;
  #process: Running;
  #ended: Ended | null = null;

  constructor(start: () => Running) {
    this.#start = start;
    this.#process = this.#begin();
  }

  /** How the client ended by itself; null while it runs. */
  get ended(): Ended | null {
    return this.#ended;
  }

  async restart(): Promise<void> {
    this.#process.signal('SIGKILL');
    await this.#process.ended;
    this.#ended = null;
    this.#process = this.#begin();
  }

  #begin(): Running {
    const process = this.#start();
    void process.ended.then((ended) => {
      if (process === this.#process) this.#ended = ended;
    });
    return process;
  }
}

/**
 * Captures files while one process of each kind and the client are killed once, at a random moment before two thirds of the events are
 * acknowledged. A killed client is started again on the same files. Returns the last client's end, and who was killed.
 */
export async function captureUnderFire(
  { cotrace, files, events, kinds }: CaptureTask,
  log: { readonly path: string; readonly outcomes: OutcomeLog },
  supervisor: Supervisor,
  random: Random,
): Promise<{ readonly last: Ended; readonly kills: readonly Kill[] }> {
  const before = log.outcomes.acknowledged();
  const done = () => log.outcomes.acknowledged() - before;
  const plan = ['client' as const, ...kinds]
    .map((victim) => ({
      victim,
      threshold: random.integer(1, Math.floor((events * 2) / 3)),
      delay: random.integer(0, LONGEST_DELAY_MS),
    }))
    .sort((a, b) => b.threshold - a.threshold);
  const kills: Kill[] = [];
  const client = new CapturingClient(() => cotrace.start('--json', 'capture', '--log', log.path, ...files));
  for (;;) {
    await sleep(POLL_MS);
    if (client.ended !== null) return { last: client.ended, kills };
    const next = plan.at(-1);
    if (next === undefined || done() < next.threshold) continue;
    plan.pop();
    await sleep(next.delay);
    const after = done();
    if (next.victim === 'client') {
      await client.restart();
      kills.push({ kind: 'client', victim: 'client', after });
    } else {
      kills.push({ kind: next.victim.name, victim: await supervisor.kill(next.victim), after });
    }
  }
}
