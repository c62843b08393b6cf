import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { CycleAnswer, CycleRow } from '../../gateway-app/client/list-cycles.js';
import { SystemNetwork } from './network.js';

// Other work on the machine must not fail a test.
jest.setTimeout(600_000);

const T1_SECONDS = 4;
/** The smallest cycles: two anchors fill one. */
const TOPOLOGY = `checkingHeight: 2\nchecking: { t1: ${T1_SECONDS}, t2: ${3 * T1_SECONDS} }\n`;
const PATIENCE_MS = 240_000;

/** Numbers of an answer in JSON are text. */
type Answer = { readonly [K in keyof CycleAnswer]: CycleAnswer[K] extends bigint ? string : CycleAnswer[K] };
type Row = {
  readonly [K in keyof CycleRow]: CycleRow[K] extends bigint ? string : CycleRow[K];
};
interface NodeRow {
  readonly name: string;
  readonly role: string;
  readonly state: string;
  readonly consistentUpTo: string | null;
}

const network = new SystemNetwork();
const { cotrace } = network.scene;

beforeAll(() => network.up('--topology', network.scene.write('topology.yaml', TOPOLOGY)));
afterAll(() => network.scene.remove());

const answer = async (): Promise<Answer> => (await cotrace.json<Answer>('checking', '--last', '100')).value;
const cycles = async (): Promise<readonly Row[]> => (await answer()).cycles as unknown as readonly Row[];

/** Captures until `isDone`: every capture makes a block or two. */
async function captureUntil(isDone: () => Promise<boolean>): Promise<void> {
  const until = Date.now() + PATIENCE_MS;
  while (!(await isDone())) {
    if (Date.now() > until) throw new Error(`it did not come to that: ${JSON.stringify(await answer())}`);
    const { code, said } = await network.run('capture');
    expect([code, said]).toEqual([0, said]);
  }
}

async function waitUntil(isSo: () => Promise<boolean>): Promise<void> {
  const until = Date.now() + PATIENCE_MS;
  while (!(await isSo())) {
    if (Date.now() > until) throw new Error(`it did not come to that: ${JSON.stringify(await answer())}`);
    await sleep(200);
  }
}

const sealedUpTo = async (): Promise<number> => Number((await answer()).sealed);

describe('the cycles of a network', () => {
  it('are sealed in turn by quorums, anchored on main, and what every business node has', async () => {
    await captureUntil(async () => Number((await answer()).computed) >= 4);
    await waitUntil(async () => (await sealedUpTo()) >= 4);
    const sealed = (await cycles()).filter(({ sealedMs }) => sealedMs !== null);
    expect(sealed.map(({ checkNum }) => checkNum)).toEqual(sealed.map((_, i) => String(i + 1)));
    const members = ['Org1MSP', 'Org2MSP', 'Org3MSP'];
    for (const [i, { checkNum, recorded, sealedMs, initiator, endorsers, late }] of sealed.entries()) {
      expect({ recorded, late, endorsers: new Set(endorsers).size }).toEqual({
        recorded: true,
        late: [],
        endorsers: 2,
      });
      expect(members).toEqual(expect.arrayContaining([...endorsers]));
      // Cycles that pile up are sealed by one transaction, of whose turn the first of them is.
      const before = sealed[i - 1];
      const isTogether = before?.initiator === initiator && before.sealedMs === sealedMs;
      if (!isTogether) expect(initiator).toBe(members[Number(checkNum) % members.length]);
    }
    await waitUntil(async () => (await cycles()).slice(0, 3).some(({ anchorBlock }) => anchorBlock !== null));
    const newest = await sealedUpTo();
    const rows = async () => (await cotrace.json<readonly NodeRow[]>('nodes')).value;
    await waitUntil(async () =>
      (await rows()).every((row) => row.role !== 'business' || Number(row.consistentUpTo) >= newest),
    );
    for (const { name, state } of await rows()) expect([name, state]).toEqual([name, 'following']);
  });

  it('end where nothing is recorded: anchors do not call for more of them', async () => {
    const heights = async () => (await network.scene.settledNodes()).map(({ height }) => height);
    await waitUntil(async () => {
      const before = await heights();
      // Every member has its turn to anchor by then.
      await sleep(3 * T1_SECONDS * 1000 + 2000);
      return String(await heights()) === String(before);
    });
    const { computed, sealed } = await answer();
    expect(sealed).toBe(computed);
  });

  it('are sealed without an organisation whose master is gone, which is reported, and with it once it is back', async () => {
    const { computed } = await answer();
    // The turn after next: it is gone before it comes.
    const turn = (Number(computed) + 1) % 3;
    const name = ['org1', 'org2', 'org3'][turn] ?? '';
    process.kill(network.pidOf(`${name}.master`), 'SIGKILL');
    await captureUntil(async () => Number((await answer()).computed) > Number(computed));
    await waitUntil(async () => (await sealedUpTo()) > Number(computed));
    const row = (await cycles()).find(({ checkNum }) => Number(checkNum) === Number(computed) + 1);
    expect(row?.endorsers).not.toContain(`Org${turn + 1}MSP`);
    expect(row?.late).toEqual([
      { attempt: 0, kind: 'penalty', mspId: `Org${turn + 1}MSP` },
      { attempt: 0, kind: 'warning', mspId: `Org${turn + 1}MSP` },
    ]);
    const { code, stderr } = await cotrace.run('network', 'up');
    expect([code, stderr]).toEqual([0, stderr]);
    const before = await sealedUpTo();
    await captureUntil(async () => (await sealedUpTo()) >= before + 3);
    const later = (await cycles()).slice(-2).flatMap(({ endorsers }) => endorsers);
    expect(new Set(later).size).toBeGreaterThan(1);
  });
});
