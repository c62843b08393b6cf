import { checkingHeaderHash, decodeCheckingHeader, expectedInitiator, fromHex, toHex } from '@cotrace/core';
import type { Block } from '@cotrace/fabric-model';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { networkTerms } from '../../gateway-app/consortium/network-terms.js';
import { replayedHeaders } from '../../gateway-app/testing/replayed-cycles.js';
import {
  anchorsIn,
  bodiesIn,
  genesisMembership,
  lateKeysIn,
  sealsIn,
  type LedgerSeal,
} from './ledger-cycles.js';
import type { Outcomes } from './load.js';
import { LoadedNetwork } from './loaded-network.js';
import { KINDS } from './random-calls.js';

const CHECKING_HEIGHT = 8;
const BLOCKS = 200n;
const SEED = 14;

/** Many small blocks; turns so long that nobody takes another's. */
const TOPOLOGY = `checkingHeight: ${CHECKING_HEIGHT}
checking: { t1: 600, t2: 1200 }
batch: { maxMessages: 4, timeout: 100ms }
`;

/** What the scenario runs on: flags of `network up`, and what its topology has besides. */
export interface Place {
  readonly name: string;
  readonly flags: readonly string[];
  readonly topology: string;
}

/** The cycles of the default network under load: what the ledgers of both channels say of them, and every node. */
export function sealedUnderLoad({ name, flags, topology }: Place): void {
  describe(`the cycles of a network under load, on ${name}`, () => {
    const network = new LoadedNetwork();
    let outcomes: Outcomes;
    let main: readonly Block[];
    let checking: readonly Block[];
    /** Those that are valid, in the order of the ledger. */
    let seals: readonly LedgerSeal[];
    /** The number of every cycle that has ended. */
    let ended: readonly bigint[];

    beforeAll(async () => {
      outcomes = await network.start(flags, TOPOLOGY + topology, { seed: SEED, height: BLOCKS });
      main = await network.blocks('main');
      checking = await network.blocks('checking');
      const channel = network.consortium.channels.checking.name;
      seals = sealsIn(checking, channel, genesisMembership(main)).filter(({ isValid }) => isValid);
      const count = Math.floor((main.length - 1) / CHECKING_HEIGHT);
      ended = Array.from({ length: count }, (_, i) => BigInt(i + 1));
    });

    afterAll(() => network.remove());

    const headers = () => seals.map(({ header }) => toHex(header));
    const newest = () => BigInt(ended.length);

    it('hold calls of every kind, and some that did not become valid', () => {
      expect(main.length).toBeGreaterThanOrEqual(Number(BLOCKS));
      expect(KINDS.filter((kind) => outcomes[kind] === 0)).toEqual([]);
      expect(outcomes.refused).toBeGreaterThan(0);
    });

    it('are sealed once each, in order, by a quorum in turn, and nobody is reported', () => {
      expect(seals.map(({ checkNum }) => checkNum)).toEqual(ended);
      const { members, quorum } = genesisMembership(main);
      const mspIds = members.map(({ mspId }) => mspId);
      for (const { first, creator, endorsers } of seals) {
        expect([first, creator]).toEqual([first, expectedInitiator(mspIds, first, 0)]);
        // Others are enough where the initiator's own peer is slow.
        expect(mspIds).toEqual(expect.arrayContaining([...endorsers]));
        expect([new Set(endorsers).size, endorsers.length]).toEqual([quorum, quorum]);
      }
      expect(lateKeysIn(checking)).toEqual([]);
    });

    it('have headers that chain, each with what main’s blocks give where they are read anew', async () => {
      const { view, consortium } = network;
      const bodies = await view.attestedBodies(BigInt(main.length));
      const [first = [], ...others] = bodies;
      for (const other of others) expect(other).toEqual(first);
      const chain = { height: BigInt(main.length), block: (n: bigint) => at(main, Number(n)) };
      const attested = { attestation: (n: bigint) => ({ body: fromHex(at(first, Number(n))) }) };
      const { networkId } = networkTerms(consortium);
      const replayed = replayedHeaders(chain, attested, networkId, CHECKING_HEIGHT);
      expect(headers()).toEqual(replayed.map((header) => toHex(header)));
    });

    it('have all their parts on the channel, those that their headers bind', async () => {
      const bound = new Map(
        seals.map(({ checkNum, header }) => {
          const { parts, bodyRoot } = decodeCheckingHeader(header);
          return [checkNum, { parts, bodyRoot }];
        }),
      );
      const countIn = (bodies: typeof bound) =>
        [...bodies.values()].reduce((sum, { parts }) => sum + parts, 0);
      // Where several cycles are sealed together, their parts follow the headers.
      const blocks = await network.blocksOnce(
        'checking',
        (so) => countIn(bodiesIn(so, ended)) >= countIn(bound),
      );
      const bodies = bodiesIn(blocks, ended);
      for (const [checkNum, body] of bound)
        expect([checkNum, bodies.get(checkNum)]).toEqual([checkNum, body]);
      // The domains and the caller, the anchors, and what is known of chaincodes.
      expect(bodies.get(newest())?.parts).toBe(network.consortium.domains.length + 3);
    });

    it('are anchored on main, each once, by its own anchor or by that of one that follows from it', () => {
      const anchors = anchorsIn(main);
      for (const { checkNum, hash } of anchors) {
        const header = at(seals, Number(checkNum) - 1).header;
        expect([checkNum, toHex(hash)]).toEqual([checkNum, toHex(checkingHeaderHash(header))]);
      }
      const anchored = anchors.map(({ checkNum }) => checkNum);
      expect(new Set(anchored).size).toBe(anchored.length);
      // An ordering service may take its time with the anchor of an earlier one.
      expect(anchored).toContain(newest());
    });

    it('are the same in every master, and what every business node had at the end of each', async () => {
      const { view } = network;
      for (const computed of await view.checkingHeaders(newest())) {
        expect(computed.map((header) => toHex(header))).toEqual(headers());
      }
      for (const node of await view.compared()) {
        expect(node).toEqual({ consistentUpTo: newest(), differing: [] });
      }
      for (const [domain, digests] of await view.digests()) {
        expect([domain, new Set(digests).size]).toEqual([domain, 1]);
      }
      expect(await view.evidence()).toEqual([]);
      for (const { name: node, state } of await network.rows())
        expect([node, state]).toEqual([node, 'following']);
    });
  });
}

function at<T>(list: readonly T[], index: number): T {
  const item = list[index];
  if (item === undefined) throw new RangeError(`there is no item ${index}`);
  return item;
}
