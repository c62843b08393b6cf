import { readFileSync, writeFileSync } from 'node:fs';
import { toBinary } from '@bufbuild/protobuf';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { toHex } from '@cotrace/core';
import { ChannelConfig, common, computeUpdate } from '@cotrace/fabric-model';
import {
  changedBy,
  OrdererClient,
  readTopology,
  removeOrganisation,
  updateEnvelope,
  type OrdererEndpoint,
} from '@cotrace/network';
import type { Backend } from '../acceptance/backend.js';
import { SystemNetwork } from '../system/network.js';
import { Capturing } from './capturing.js';
import {
  changedNetwork,
  expectConsistent,
  membershipOf,
  type ChangedNetwork,
  type NodeRow,
} from './changed-network.js';
import { cyclesOf, eventually, type SealedCycle } from './cycles.js';

// Other work on the machine must not fail a test.
jest.setTimeout(600_000);

const C = 4;
const TOPOLOGY = `checkingHeight: ${C}\nchecking: { t1: 2, t2: 6 }\n`;
const NEW = '{ name: org4, mspId: Org4MSP, domain: org4.example.com, founder: false }';
const FOUNDERS = ['Org1MSP', 'Org2MSP', 'Org3MSP'];
const FOUR = [...FOUNDERS, 'Org4MSP'];
const WITHOUT = ['Org1MSP', 'Org3MSP', 'Org4MSP'];

/** A change of who is a member of a channel, signed by administrators of `signers`. */
export interface MemberChange {
  readonly channel: string;
  readonly what: 'joins' | 'leaves';
  /** Short name of the organisation. */
  readonly organisation: string;
  /** Short names. */
  readonly signers: readonly string[];
}

/** Updates the configuration of a channel, and waits until it is in force. */
export type Update = (network: ChangedNetwork, change: MemberChange) => Promise<void>;

/** An update of a channel that takes members away, as it is given to those who are to sign it. */
async function draft(
  orderer: OrdererEndpoint,
  channel: string,
  leaving: readonly string[],
): Promise<Uint8Array> {
  const client = new OrdererClient(orderer);
  try {
    const { group } = ChannelConfig.fromBlock((await client.configurationBlock(channel)).bytes);
    const update = computeUpdate(channel, group, changedBy(group, ...leaving.map(removeOrganisation)));
    return toBinary(common.EnvelopeSchema, updateEnvelope(channel, update, [orderer.reader]));
  } finally {
    client.close();
  }
}

/** An organisation joins and another one leaves, in the middle of cycles, while records are captured. */
export function membershipChanges(backend: Backend, update: Update): void {
  const network = new SystemNetwork();
  const { scene, workspace } = network;
  const { cotrace } = scene;
  const topology = () => readTopology(workspace.topology);
  const capturing = new Capturing(network);
  /** Hashes of the memberships that were, hexadecimal. */
  const memberships: string[] = [];

  const up = async (...args: readonly string[]): Promise<string> => {
    const { code, stderr } = await cotrace.run('network', 'up', ...args);
    if (code !== 0) throw new Error(`network up: ${stderr}`);
    return stderr;
  };

  const changed = () => changedNetwork(network, backend);
  const membershipNow = () => membershipOf(changed());

  const cycles = () => cyclesOf(cotrace.home, 'org1', memberships[0] ?? '');
  const sealedWhere = (what: string, isIt: (cycle: SealedCycle) => boolean) =>
    eventually(what, async () => (await cycles()).sealed.find(isIt) ?? null);
  const problems = async (): Promise<readonly string[]> =>
    (await cotrace.json<{ readonly problems: readonly string[] }>('consortium', 'check')).value.problems;

  /** Height of every node whose peer lets it follow: that of an organisation that is no member yet does not. */
  const settledHeight = async (): Promise<number | null> => {
    const { value } = await cotrace.json<readonly NodeRow[]>('nodes');
    const heights = new Set(value.filter(({ state }) => state === 'following').map(({ height }) => height));
    return heights.size === 1 ? Number([...heights][0]) : null;
  };

  /** Updates main inside a cycle, and `alsoFirst` before it, an event being captured at the same time. */
  const inMidCycle = (
    change: Omit<MemberChange, 'channel'>,
    ...alsoFirst: readonly string[]
  ): Promise<void> =>
    capturing.between(async () => {
      await eventually('a place in the middle of a cycle', async () => {
        const { computed, sealed } = await cycles();
        const height = await settledHeight();
        if (height === null) return null;
        // The anchor of the cycle before may be the first block; the event and the update are the next ones.
        if (computed === sealed.length && [1, 2].includes(height % C)) return height;
        if (computed === sealed.length) await capturing.one();
        return null;
      });
      const captured = capturing.one();
      for (const channel of [...alsoFirst, topology().channels.main])
        await update(changed(), { ...change, channel });
      await captured;
      const before = memberships.at(-1);
      const inForce = await eventually('the update is in force', async () => {
        const now = await membershipNow();
        return now === before ? null : now;
      });
      memberships.push(inForce);
    });

  /** The cycle in which the newest membership came, and the one after it, both sealed. */
  async function turn(): Promise<readonly [SealedCycle, SealedCycle]> {
    const hash = memberships.at(-1) ?? '';
    const at = await sealedWhere('the change is sealed', ({ header }) => toHex(header.membership) === hash);
    const next = await sealedWhere(
      'the next cycle is sealed',
      ({ header }) => header.checkNum === at.header.checkNum + 1n,
    );
    return [at, next];
  }

  function expectInMidCycle({ header: { configBlock, cyclePointBlock }, packed }: SealedCycle): void {
    expect(cyclePointBlock - configBlock).toBeGreaterThan(0n);
    expect(cyclePointBlock - configBlock).toBeLessThan(BigInt(C));
    // 129 bytes, the configuration's block and the membership, and the anchor where there is a newer one.
    expect([165, 173]).toContain(packed);
  }

  /** Every business node has compared the newest cycles, and nobody finds a difference. */
  const expectAllConsistent = async (nodes: number) =>
    expectConsistent(cotrace, (await cycles()).sealed.length, nodes);

  beforeAll(async () => {
    await up('--topology', scene.write('topology.yaml', TOPOLOGY), ...backend.flags);
    memberships.push(await membershipNow());
    capturing.begin();
  });
  afterAll(() => capturing.end());
  afterAll(() => scene.remove());

  describe('an organisation that joins', () => {
    it('gets certificates and processes before it is a member, which hinders nobody', async () => {
      await sealedWhere('a cycle is sealed', ({ recorded }) => recorded);
      const text = readFileSync(workspace.topology, 'utf8');
      writeFileSync(workspace.topology, text.replace(/( +- .*name: org3.*\n)/, `$1  - ${NEW}\n`));
      expect(await up()).toContain('warning: org4 is not a member of channel main');
      expect(await problems()).toEqual([]);
    });

    it('is a member from the middle of a cycle on: its header says so, and the members before seal it', async () => {
      const change = { what: 'joins', organisation: 'org4', signers: ['org1', 'org2'] } as const;
      await inMidCycle(change, topology().channels.checking);
      expect(await problems()).toEqual([
        expect.stringContaining(
          "chaincode anchor on channel main must have the policy OutOf(3, 'Org1MSP.peer'",
        ),
        expect.stringContaining('chaincode checking on channel checking must have the policy OutOf(3,'),
      ]);
      const said = await up();
      for (const name of ['anchor', 'checking']) {
        expect(said).toContain(`chaincode ${name} approved and committed with sequence 2`);
      }
      expect(await problems()).toEqual([]);
      const [at, next] = await turn();
      expectInMidCycle(at);
      expect(at.endorsers).toHaveLength(2);
      expect(FOUNDERS).toEqual(expect.arrayContaining([...at.endorsers]));
      expect(next.endorsers).toHaveLength(3);
      expect(FOUR).toEqual(expect.arrayContaining([...next.endorsers]));
    });

    it('has its turn and its vote, and captures and verifies like the others', async () => {
      await sealedWhere('it initiates a cycle', ({ initiator }) => initiator === 'Org4MSP');
      const other = await sealedWhere(
        'it endorses another one’s cycle',
        ({ initiator, endorsers }) => initiator !== 'Org4MSP' && endorsers.includes('Org4MSP'),
      );
      expect(other.recorded).toBe(true);
      const { code, stderr } = await cotrace.run('--org', 'org4', 'capture', network.newEvent());
      expect([stderr, code]).toEqual(['', 0]);
      await expectAllConsistent(4 * (1 + 4));
    });
  });

  describe('an organisation that leaves', () => {
    it('is not one of so many that too few are left to seal the cycle: that is said before anybody signs', async () => {
      const path = scene.path('update.pb');
      const check = async (...leaving: readonly string[]) => {
        writeFileSync(path, await draft(changed().orderer, topology().channels.main, leaving));
        return (await cotrace.json<{ problems: readonly string[] }>('consortium', 'check', '--update', path))
          .value.problems;
      };
      expect(await check('Org2MSP')).toEqual([]);
      expect(await check('Org2MSP', 'Org3MSP')).toEqual([
        expect.stringMatching(
          /^cycles are still to be sealed by 3 of .* this update leaves Org1MSP, Org4MSP in/,
        ),
      ]);
    });

    it('is none from the middle of a cycle on, and the members before seal that cycle', async () => {
      const change = { what: 'leaves', organisation: 'org2', signers: ['org1', 'org3', 'org4'] } as const;
      await inMidCycle(change);
      expect(await problems()).toHaveLength(2);
      expect(await up()).toContain('chaincode checking approved and committed with sequence 3');
      const [at] = await turn();
      expectInMidCycle(at);
      expect(at.endorsers).toHaveLength(3);
      await update(changed(), { ...change, channel: topology().channels.checking });
      const text = readFileSync(workspace.topology, 'utf8');
      writeFileSync(workspace.topology, text.replace('org2.example.com }', 'org2.example.com, left: true }'));
      await up();
      expect(await problems()).toEqual([]);
      const { value } = await cotrace.json<{ processes: readonly { name: string }[] }>('network', 'status');
      expect(value.processes.filter(({ name }) => name.startsWith('org2'))).toEqual([]);
    });

    it('has no vote any more, and sealing continues among the others', async () => {
      const [, next] = await turn();
      const last = next.header.checkNum + 3n;
      await sealedWhere('cycles without it are sealed', ({ header }) => header.checkNum === last);
      const after = (await cycles()).sealed.slice(Number(next.header.checkNum) - 1);
      for (const { header, endorsers, initiator } of after) {
        expect(endorsers).toHaveLength(2);
        expect(WITHOUT).toEqual(expect.arrayContaining([...endorsers, initiator]));
        expect(toHex(header.membership)).toBe(memberships.at(-1));
      }
      await expectAllConsistent(3 * (1 + 4));
      await capturing.stop();
      expect(capturing.recorded).toBeGreaterThan(Number(last));
    });
  });
}
