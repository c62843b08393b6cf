import { it } from '@jest/globals';
import type { CycleScene } from './cycle-scene.js';
import { STEPS, type Order, type Step } from './cycle-steps.js';
import type { Random } from './random.js';

const KINDS = ['devnet', 'master', 'business', 'chaincode'];
/** At each step the process that comes to it is killed, and with `CI_DEEP` one of each other kind, too. */
export const KILL_ROUNDS = process.env['CI_DEEP'] === '1' ? KINDS.length : 1;

/** Processes of a network are killed at every step of a cycle, and brought back each time. */
export function cycleKills(scene: CycleScene, random: Random, say: (text: string) => void): void {
  const { steps } = scene;

  it(`continues after each of ${KILL_ROUNDS * STEPS.length} kills`, async () => {
    const began = Date.now();
    for (let round = 0; round < KILL_ROUNDS; round++) for (const step of STEPS) await killAt(step, round);
    say(`${KILL_ROUNDS * STEPS.length} kills in ${Date.now() - began} ms`);
  });

  async function killAt(step: Step, round: number): Promise<void> {
    const order = orderOf(step, round);
    const began = Date.now();
    const { by, pid } = await steps.order(step, order);
    const reached = Date.now();
    const killed = scene.processes().find((entry) => entry.pid === (order.victim ?? pid));
    if (killed === undefined) throw new RangeError(`the network has no process that was killed at "${step}"`);
    await scene.gone(killed);
    await scene.up();
    const times = `came after ${reached - began} ms, up after ${Date.now() - reached} ms`;
    say(`${step} (${by}): ${killed.name} killed; ${times}`);
  }

  /** Who is killed at a step: whoever comes to it, and in later rounds one of another kind. */
  function orderOf(step: Step, round: number): Extract<Order, { readonly signal: string }> {
    if (round === 0) return { signal: 'SIGKILL' };
    const own = step.startsWith('contract') ? 'master' : step.slice(0, step.indexOf(':'));
    const kind = KINDS.filter((other) => other !== own)[round - 1];
    const ofKind = scene.processes().filter(({ name }) => name.split('.').at(-1) === kind);
    return { signal: 'SIGKILL', victim: random.one(ofKind).pid };
  }
}
