import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { cycleKills, KILL_ROUNDS } from '../faults/cycle-kills.js';
import { CycleScene } from '../faults/cycle-scene.js';
import { STEPS } from '../faults/cycle-steps.js';
import { cycleTimes } from '../faults/cycle-times.js';
import { LedgerView } from '../faults/ledger-view.js';
import { Load } from '../faults/load.js';
import { Random } from '../faults/random.js';
import { heldCycles, timesRecorded } from '../faults/sealed-cycles.js';

// Other work on the machine must not fail a test.
jest.setTimeout(3_600_000);

const HEIGHT = 4;
const EVENTS = 6000 * KILL_ROUNDS;
const PATIENCE_MS = 120_000;
const seed = Number(process.env['COTRACE_SEED'] ?? Date.now() % 2 ** 32);

const random = new Random(seed);
const scene = new CycleScene(HEIGHT, { t1: 2, t2: 6 });
const { cotrace } = scene;
const say = (text: string) => process.stderr.write(`cycles: ${text}\n`);
let load: Load;

beforeAll(async () => {
  say(`seed ${seed} (COTRACE_SEED repeats it)`);
  await scene.up();
  load = new Load(cotrace, scene.scene.path(''), EVENTS, random);
});

afterAll(() => scene.remove());

describe('sealing, while records are captured', () => {
  cycleTimes(scene, 'https://id.gs1.org/01/09521234500018/21/ITEM-0');
  cycleKills(scene, random, say);
});

describe('a network, after all of that', () => {
  it('has lost nothing that was acknowledged', async () => {
    await load.stop();
    const acknowledged = load.acknowledged();
    say(`${acknowledged.length} acknowledged`);
    const { events, report } = await load.again();
    const txIds = new Set(report.outcomes.map(({ txId }) => txId));
    expect({ found: txIds.size, failed: txIds.has(null) }).toEqual({ found: events, failed: false });
    expect(acknowledged.filter((txId) => !txIds.has(txId))).toEqual([]);
  });

  it('has sealed every cycle once, with the same parts in all nodes', async () => {
    await allSealed();
    const times = await timesRecorded(cotrace.home);
    expect(await cotrace.run('network', 'down')).toMatchObject({ code: 0 });
    const held = await heldCycles(cotrace.home);
    const [first] = held;
    if (first === undefined) throw new RangeError('the network has no nodes');
    const { sealed, newest, parts } = first;
    say(`${sealed} cycles`);
    expect(sealed).toBeGreaterThan(BigInt(KILL_ROUNDS * STEPS.length));
    expect(held.filter((one) => one.parts !== null)).toHaveLength(3);
    for (const { node, parts: own, ...one } of held) {
      expect({ node, ...one }).toEqual({ node, sealed, newest, different: 0 });
      expect([node, own]).toEqual([node, own === null ? null : parts]);
    }
    expect(times).toEqual(Array.from({ length: Number(sealed) }, () => 1));
  });
});

/** Waits until every master has every cycle sealed, and every business node has compared it. */
async function allSealed(): Promise<void> {
  const view = new LedgerView(cotrace.home);
  try {
    const until = Date.now() + PATIENCE_MS;
    for (;;) {
      const rows = await view.settled();
      const computed = Math.max(...rows.map(({ checking }) => Number(checking?.computed ?? 0)));
      const marks = rows.map(({ checking, consistentUpTo }) => Number(checking?.sealed ?? consistentUpTo));
      if (marks.every((mark) => mark === computed)) break;
      if (Date.now() > until) throw new Error(`of ${computed} cycles are sealed: ${marks.join(', ')}`);
    }
    expect(await view.evidence()).toEqual([]);
  } finally {
    view.close();
  }
}
