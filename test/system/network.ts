import { fileURLToPath } from 'node:url';
import { setTimeout as sleep } from 'node:timers/promises';
import { readNetworkState } from '../../gateway-app/deploy/local/network-state.js';
import { Workspace } from '../../gateway-app/workspace/workspace.js';
import { Scene } from '../acceptance/scene.js';
import type { Ended, Running } from '../acceptance/cotrace.js';

const DEMO = ['1-production', '2-processing', '3-distribution', '4-retail'].map((name) =>
  fileURLToPath(new URL(`../../gateway-app/demo/${name}.jsonld`, import.meta.url)),
);
/** The lot that the demo's consumer bought. */
export const BOUGHT = 'https://id.gs1.org/01/09521234500049/10/BAG-1KG-7';

/** A command that has ended, and how long it took, the start of its process included. */
export interface Timed extends Ended {
  readonly milliseconds: number;
  /** All that it said. */
  readonly said: string;
}

/** The commands of a client, by name. */
export type Command = 'capture' | 'trace' | 'order place' | 'order verify' | 'state get' | 'nodes';

/** How `--json` of a command names a node that is at fault: `nodes` by a row that is not `following`. */
export function naming(command: Command, node: string): RegExp {
  return command === 'nodes'
    ? new RegExp(`"name": "${node}",[^{}]*"state": "(?!following")`)
    : new RegExp(`"node": "${node}"`);
}

/** A network with the rice chain and an order on its ledger. */
export class SystemNetwork {
  readonly scene = new Scene();
  readonly workspace = new Workspace(this.scene.cotrace.home);
  readonly #order: string;
  #made = 0;

  constructor() {
    this.#order = this.#newOrder();
  }

  /** Brings it up; `flags` are those of `network up`. */
  async up(...flags: readonly string[]): Promise<void> {
    const { cotrace } = this.scene;
    for (const args of [
      ['network', 'up', ...flags],
      ['capture', ...DEMO],
      ['order', 'place', this.#order],
    ]) {
      const { code, stderr } = await cotrace.run(...args);
      if (code !== 0) throw new Error(`${args.join(' ')}: ${stderr}`);
    }
    await this.scene.settledNodes();
  }

  /** Runs a command: a capture or an order is a new one each time. */
  async run(command: Command): Promise<Timed> {
    const began = performance.now();
    const ended = await this.scene.cotrace.run('--json', ...this.#argsOf(command));
    const milliseconds = performance.now() - began;
    return { ...ended, milliseconds, said: ended.stdout + ended.stderr };
  }

  /** Starts a command. */
  start(command: Command): Running {
    return this.scene.cotrace.start(...this.#argsOf(command));
  }

  /**
   * How much longer a command takes in one way than in another, in milliseconds, by two runs one right after the other.
   * The machine may be busy: where it is not less than `most`, it is the middle of three differences. `inTheOther` and
   * `inThisWay` switch.
   */
  async longer(
    command: Command,
    most: number,
    { inTheOther, inThisWay }: Readonly<Record<'inTheOther' | 'inThisWay', () => Promise<void>>>,
  ): Promise<{ readonly longer: number; readonly last: Timed }> {
    return middle(async () => {
      await inTheOther();
      const usual = await this.run(command);
      await inThisWay();
      const last = await this.run(command);
      return { longer: Math.round(last.milliseconds - usual.milliseconds), last };
    }, most);
  }

  /** How much longer a command takes than `usual`, in milliseconds, by one run, or as the middle of three where that is not less than `most`. */
  async longerThan(
    usual: number,
    command: Command,
    most: number,
  ): Promise<{ readonly longer: number; readonly last: Timed }> {
    return middle(async () => {
      const last = await this.run(command);
      return { longer: Math.round(last.milliseconds - usual), last };
    }, most);
  }

  /** How long a command takes, in milliseconds: the middle of three runs. */
  async usual(command: Command): Promise<number> {
    const runs = [await this.run(command), await this.run(command), await this.run(command)];
    return runs.map(({ milliseconds }) => milliseconds).sort((a, b) => a - b)[1] ?? NaN;
  }

  pidOf(name: string): number {
    const entry = readNetworkState(this.workspace).processes.find((candidate) => candidate.name === name);
    if (entry === undefined) throw new RangeError(`there is no process ${name}`);
    return entry.pid;
  }

  /** Has a process of the network stopped by SIGSTOP while `act` runs. */
  async whileStopped<T>(name: string, act: () => Promise<T>): Promise<T> {
    const pid = this.pidOf(name);
    process.kill(pid, 'SIGSTOP');
    try {
      return await act();
    } finally {
      process.kill(pid, 'SIGCONT');
      await sleep(2000);
    }
  }

  /** Writes an event that no capture has recorded, and returns its path. */
  newEvent(): string {
    this.#made += 1;
    return this.scene.write(`event-${this.#made}.json`, {
      '@context': ['https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld'],
      type: 'ObjectEvent',
      eventTime: '2026-05-01T08:00:00Z',
      eventTimeZoneOffset: '+00:00',
      action: 'OBSERVE',
      bizStep: 'shipping',
      epcList: [`urn:test:${this.#made}`],
    });
  }

  #argsOf(command: Command): string[] {
    switch (command) {
      case 'capture':
        return ['capture', this.newEvent()];
      case 'trace':
        return ['trace', BOUGHT, '--up'];
      case 'order place':
        return ['order', 'place', this.#newOrder()];
      case 'order verify':
        return ['order', 'verify', this.#order];
      case 'state get':
        return ['state', 'get', 'retail', 'meta/domain'];
      case 'nodes':
        return ['nodes'];
    }
  }

  #newOrder(): string {
    this.#made += 1;
    return this.scene.write(`order-${this.#made}.json`, {
      from: 'urn:test:planner',
      to: `urn:test:device-${this.#made}`,
      message: 'go',
      signature: 'MEUC',
    });
  }
}

/** The first of what is measured where it is less than `most`, otherwise the middle of three. */
async function middle<T extends { readonly longer: number }>(
  measure: () => Promise<T>,
  most: number,
): Promise<T> {
  const first = await measure();
  if (first.longer < most) return first;
  const [, second = first] = [first, await measure(), await measure()].sort((a, b) => a.longer - b.longer);
  return second;
}
