import { setTimeout as sleep } from 'node:timers/promises';
import type { CycleAnswer, CycleRow } from '../../gateway-app/client/list-cycles.js';
import { readNetworkState } from '../../gateway-app/deploy/local/network-state.js';
import { isRunning, type ProcessEntry } from '../../gateway-app/deploy/processes.js';
import { Workspace } from '../../gateway-app/workspace/workspace.js';
import { COMMAND, Cotrace, type Environment } from '../acceptance/cotrace.js';
import { Scene } from '../acceptance/scene.js';
import { CycleSteps } from './cycle-steps.js';

const PATIENCE_MS = 120_000;
const LOOK_MS = 200;
/** As many as one answer may have. */
const CYCLES = '100';

/** Numbers of an answer in JSON are text. */
type Told<T> = { readonly [K in keyof T]: Exclude<T[K], bigint> | (bigint extends T[K] ? string : never) };
/** A cycle as `cotrace checking --json` tells it. */
export type ToldCycle = Told<CycleRow>;

/** How far a network is with its cycles. */
export interface Progress {
  readonly computed: number;
  readonly sealed: number;
  /** The newest ones. */
  readonly cycles: readonly ToldCycle[];
}

/** An embedded network with short cycles, whose processes can be stopped at their steps. */
export class CycleScene {
  readonly scene = new Scene();
  readonly steps: CycleSteps;
  readonly cotrace: Cotrace;
  readonly workspace: Workspace;
  readonly #topology: string;

  /** `t1`, `t2`: seconds until an initiator is warned, and replaced. */
  constructor(checkingHeight: number, { t1, t2 }: { readonly t1: number; readonly t2: number }) {
    const topology = `checkingHeight: ${checkingHeight}\nchecking: { t1: ${t1}, t2: ${t2} }\n`;
    this.#topology = this.scene.write('topology.yaml', topology);
    this.steps = new CycleSteps(checkingHeight);
    this.cotrace = this.#with(this.steps.env);
    this.workspace = new Workspace(this.cotrace.home);
  }

  /** Brings up what does not run, with the variables of `env`. Throws where that fails. */
  async up(env: Environment = this.steps.env): Promise<void> {
    const { code, stderr } = await this.#with(env).run('network', 'up', '--topology', this.#topology);
    if (code !== 0) throw new Error(`the network did not come up: ${stderr}`);
  }

  async remove(): Promise<void> {
    await this.scene.remove();
    this.steps.remove();
  }

  processes(): readonly ProcessEntry[] {
    return readNetworkState(this.workspace).processes;
  }

  /** Kills a process and brings it back, with the variables of `env`. */
  async restart(name: string, env: Environment): Promise<void> {
    const entry = this.processes().find((one) => one.name === name);
    if (entry === undefined) throw new RangeError(`there is no process ${name}`);
    process.kill(entry.pid, 'SIGKILL');
    await this.gone(entry);
    await this.up(env);
  }

  async gone(entry: ProcessEntry): Promise<void> {
    while (isRunning(entry)) await sleep(5);
  }

  /** How far the network is, as a master of `org` says where that one answers. */
  async progress(org: string): Promise<Progress> {
    const args = ['--org', org, 'checking', '--last', CYCLES];
    const { value } = await this.cotrace.json<Told<CycleAnswer>>(...args);
    const cycles = value.cycles as unknown as readonly ToldCycle[];
    return { computed: Number(value.computed), sealed: Number(value.sealed), cycles };
  }

  /** Waits until it is so, and returns how far the network is then. Throws where it does not come to that. */
  async until(org: string, isSo: (progress: Progress) => boolean): Promise<Progress> {
    const end = Date.now() + PATIENCE_MS;
    for (;;) {
      const progress = await this.progress(org);
      if (isSo(progress)) return progress;
      if (Date.now() > end) throw new Error(`it did not come to that: ${JSON.stringify(progress)}`);
      await sleep(LOOK_MS);
    }
  }

  #with(env: Environment): Cotrace {
    return new Cotrace(this.scene.cotrace.home, COMMAND, env);
  }
}
