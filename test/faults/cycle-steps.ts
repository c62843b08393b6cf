import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Environment } from '../acceptance/cotrace.js';

const PRELOAD = new URL('steps/preload.mjs', import.meta.url);
const PATIENCE_MS = 120_000;
const LOOK_MS = 20;

/** The steps of a checking cycle, in the process that each is of: named as `steps/preload.mjs` tells them. */
export const STEPS = [
  'devnet: the last block is cut',
  'devnet: the last block is written',
  'master: the last block is attested',
  'master: the last block is stored',
  'master: heights are asked',
  'master: a part is endorsed',
  'master: a part is recorded',
  'contract: asked for a seal',
  'contract: a seal is answered',
  'master: the seal is endorsed',
  'devnet: the seal is ordered',
  'master: the seal is submitted',
  'devnet: the seal is in a block',
  'devnet: the seal is in the state',
  'master: the seal is committed',
  'master: the seal comes',
  'master: the seal is stored',
  'master: the anchor is submitted',
  'master: the anchor is stored',
  'business: the last block is applied',
  'business: the height is frozen',
  'business: the header comes',
  'business: the cycle is compared',
  'business: the height is released',
  'chaincode: a capture is half endorsed',
] as const;

export type Step = (typeof STEPS)[number];

/**
 * What is done at a step: a signal to the process that comes to it, or to the one with the id `victim`; or a pause of what comes to
 * the step alone. `by`: the process that must come to it, where it is not any.
 */
export type Order = { readonly by?: string } & (
  { readonly signal: 'SIGKILL' | 'SIGSTOP'; readonly victim?: number } | { readonly pauseMs: number }
);

/** What holds as long as it is ordered: an organisation's nodes have no connections; a channel's orderers take nothing. */
export type Condition = `cut-${string}` | `closed-${string}`;

/** The process that came to a step. */
export interface Reached {
  readonly step: Step;
  /** Its name in the network. */
  readonly by: string;
  readonly pid: number;
}

/** Has processes of a network, started with `env`, stopped at named steps of a checking cycle. */
export class CycleSteps {
  readonly #folder = mkdtempSync(join(tmpdir(), 'cotrace-steps-'));
  readonly env: Environment;

  constructor(checkingHeight: number) {
    this.env = {
      NODE_OPTIONS: `--import=${PRELOAD.href}`,
      COTRACE_STEPS: JSON.stringify({ folder: this.#folder, checkingHeight }),
    };
  }

  /** Has the next process that comes to a step do what is ordered; resolves once one has come. Throws where none does. */
  async order(step: Step, order: Order): Promise<Reached> {
    const [path, draft, reached] = ['order.json', 'draft.json', 'reached.json'].map((name) =>
      join(this.#folder, name),
    ) as [string, string, string];
    rmSync(reached, { force: true });
    writeFileSync(draft, JSON.stringify({ step, ...order }));
    renameSync(draft, path);
    const until = Date.now() + PATIENCE_MS;
    while (!existsSync(reached)) {
      if (Date.now() > until) throw new Error(`nobody came to the step "${step}"`);
      await sleep(LOOK_MS);
    }
    return JSON.parse(readFileSync(reached, 'utf8')) as Reached;
  }

  /** Has a condition hold while `act` runs. */
  async during<T>(condition: Condition, act: () => Promise<T>): Promise<T> {
    const path = join(this.#folder, condition);
    writeFileSync(path, '');
    try {
      return await act();
    } finally {
      rmSync(path);
    }
  }

  /** The variables of `env` with a clock that is wrong by so many milliseconds. */
  withClock(shiftMs: number): Environment {
    return { ...this.env, COTRACE_CLOCK_MS: String(shiftMs) };
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
