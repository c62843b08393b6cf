import { readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { removeOrganisation, updateChannel } from '@cotrace/network';
import { devnet } from '../acceptance/backend.js';
import {
  administratorsOf,
  changedNetwork,
  expectConsistent,
  membershipOf,
  organisationOf,
} from '../membership/changed-network.js';
import { cyclesOf, eventually, type Cycles } from '../membership/cycles.js';
import { BOUGHT, SystemNetwork } from './network.js';

// Other work on the machine must not fail a test.
jest.setTimeout(600_000);

const C = 4;
const T2 = 2;
const TOPOLOGY = `organisations:
  - { name: org1, mspId: Org1MSP, domain: org1.example.com }
  - { name: org2, mspId: Org2MSP, domain: org2.example.com }
  - { name: org3, mspId: Org3MSP, domain: org3.example.com }
  - { name: org4, mspId: Org4MSP, domain: org4.example.com }
quorum: 3
checkingHeight: ${C}
checking: { t1: 1, t2: ${T2} }
`;
const GONE = ['org2', 'org3'];
const LEFT = ['Org1MSP', 'Org4MSP'];

/** A cycle as `cotrace checking` answers, as far as it is looked at. */
interface Row {
  readonly headerHash: string | null;
  readonly sealedMs: string | null;
}

describe('a cycle of four members of which two are gone', () => {
  const network = new SystemNetwork();
  const { scene, workspace } = network;
  const { cotrace } = scene;
  const trust = () => JSON.parse(readFileSync(workspace.trust, 'utf8')) as Record<string, unknown>;
  const proof = scene.path('before.json');
  let founding = '';
  let stuck = 0n;

  const changed = () => changedNetwork(network, devnet);
  const cycles = () => cyclesOf(cotrace.home, 'org1', founding);
  /** Captures events until the cycles are so. */
  const growUntil = (what: string, isSo: (cycles: Cycles) => boolean) =>
    eventually(what, async () => {
      const now = await cycles();
      if (isSo(now)) return now;
      const { code, said } = await network.run('capture');
      expect([code, said]).toEqual([0, said]);
      return null;
    });
  const row = async (org: string): Promise<Row | null> => {
    const { value } = await cotrace.json<{ readonly cycles: readonly Row[] }>(
      ...['--org', org, 'checking', String(stuck)],
    );
    return value.cycles[0] ?? null;
  };

  async function prove(path: string): Promise<void> {
    const { code, stderr } = await cotrace.run('trace', BOUGHT, '--proof', path);
    expect([code, stderr]).toEqual([0, stderr]);
  }

  /** Takes the two out of a channel; three of four sign. */
  async function removeFrom(channel: string): Promise<void> {
    const now = changed();
    const changes = GONE.map((name) => removeOrganisation(organisationOf(now.topology, name).mspId));
    const signers = administratorsOf(now, ['org1', 'org2', 'org3']);
    await updateChannel({ orderer: now.orderer, channel, changes, signers });
  }

  beforeAll(async () => {
    await network.up('--topology', scene.write('topology.yaml', TOPOLOGY));
    founding = await membershipOf(changed());
  });
  afterAll(() => scene.remove());

  it('is computed by those who are left, and not sealed, while records are captured', async () => {
    await growUntil('a cycle is sealed', ({ sealed }) => sealed.length > 0);
    await prove(proof);
    const { topology } = changed();
    await removeFrom(topology.channels.main);
    await removeFrom(topology.channels.checking);
    // Those of before may still have sealed the cycle that ended before they were gone.
    await sleep(2 * T2 * 1000);
    const before = await cycles();
    stuck = BigInt(before.sealed.length + 1);
    const after = await growUntil('two more cycles end', ({ computed }) => computed >= Number(stuck) + 1);
    await sleep(2 * T2 * 1000);
    expect((await cycles()).sealed).toHaveLength(before.sealed.length);
    expect(after.computed).toBeGreaterThan(before.sealed.length);
    const [one, other] = [await row('org1'), await row('org4')];
    expect(one).toMatchObject({ sealedMs: null, headerHash: expect.stringMatching(/^[0-9a-f]{64}$/) });
    expect(other?.headerHash).toBe(one?.headerHash);
  });

  it('is sealed by those who are left once they have agreed on its header, and so are those after it', async () => {
    const hash = (await row('org4'))?.headerHash ?? '';
    const text = GONE.reduce(
      (so, name) => so.replace(`${name}.example.com }`, `${name}.example.com, left: true }`),
      readFileSync(workspace.topology, 'utf8'),
    );
    const agreed = text.replace(
      `t2: ${T2} }`,
      `t2: ${T2}, checkpoint: { cycle: ${stuck}, hash: '${hash}' } }`,
    );
    writeFileSync(workspace.topology, agreed);
    const { code, stderr } = await cotrace.run('network', 'up');
    expect([code, stderr]).toEqual([0, stderr]);
    const { sealed } = await growUntil('a later cycle is sealed', ({ sealed: all }) => all.length > stuck);
    const first = sealed[Number(stuck) - 1];
    expect(first?.endorsers.toSorted()).toEqual(LEFT);
    for (const { endorsers } of sealed.slice(Number(stuck))) expect(endorsers.toSorted()).toEqual(LEFT);
  });

  it('is what their nodes are consistent with', async () => {
    await expectConsistent(cotrace, (await cycles()).sealed.length, 2 * (1 + 4));
  });

  it('is named by the trust file, under which nothing of before counts', async () => {
    expect(trust()).toMatchObject({
      checkpoint: { cycle: String(stuck) },
      organisations: LEFT.map((mspId) => ({ mspId })),
    });
    const old = await cotrace.run('verify', proof);
    expect([old.code, old.stderr]).toEqual([1, expect.stringContaining('STALE')]);
    const now = scene.path('now.json');
    await prove(now);
    expect((await cotrace.run('verify', now)).code).toBe(0);
  });
});
