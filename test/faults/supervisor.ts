import { setTimeout as sleep } from 'node:timers/promises';
import { readNetworkState } from '../../gateway-app/deploy/local/network-state.js';
import { isRunning, type ProcessEntry } from '../../gateway-app/deploy/processes.js';
import { Workspace } from '../../gateway-app/workspace/workspace.js';
import type { Cotrace, Ended } from '../acceptance/cotrace.js';
import type { Random } from './random.js';

/** A kind of process of the network. */
export interface Kind {
  readonly name: string;
  /** Names of its processes. */
  readonly pattern: RegExp;
  /** Which of those that run is to die, where it is not any. */
  readonly choose?: (workspace: Workspace, running: readonly ProcessEntry[]) => ProcessEntry | null;
}

/** A `network up`. */
export interface Up extends Ended {
  readonly milliseconds: number;
  /** Whether something was killed while it ran. */
  readonly disturbed: boolean;
}

const PAUSE_MS = 50;

/** Kills processes of a network, and has `cotrace network up` run whenever one is missing. */
export class Supervisor {
  readonly #ups: Up[] = [];
  readonly #cotrace: Cotrace;
  readonly #random: Random;
  #kills = 0;
  #stopping = false;
  readonly #watching: Promise<void>;

  constructor(cotrace: Cotrace, random: Random) {
    this.#cotrace = cotrace;
    this.#random = random;
    this.#watching = this.#watch();
  }

  /** Every `network up` so far. */
  get ups(): readonly Up[] {
    return this.#ups;
  }

  /** Kills one process of a kind, as soon as one runs; returns its name. */
  async kill(kind: Kind): Promise<string> {
    for (;;) {
      const workspace = new Workspace(this.#cotrace.home);
      const running = readNetworkState(workspace).processes.filter(
        (entry) => kind.pattern.test(entry.name) && isRunning(entry),
      );
      const chosen =
        kind.choose === undefined && running.length > 0
          ? this.#random.one(running)
          : (kind.choose?.(workspace, running) ?? null);
      if (chosen !== null) {
        const { name, pid } = chosen;
        process.kill(pid, 'SIGKILL');
        this.#kills += 1;
        return name;
      }
      await sleep(PAUSE_MS);
    }
  }

  /** Waits until everything that was killed runs again. */
  async stop(): Promise<void> {
    this.#stopping = true;
    await this.#watching;
  }

  async #watch(): Promise<void> {
    let handled = 0;
    while (handled < this.#kills || !this.#stopping) {
      if (handled === this.#kills) {
        await sleep(PAUSE_MS);
        continue;
      }
      const before = this.#kills;
      const began = Date.now();
      const ended = await this.#cotrace.run('network', 'up');
      const disturbed = this.#kills > before;
      this.#ups.push({ ...ended, milliseconds: Date.now() - began, disturbed });
      handled = before;
    }
  }
}
