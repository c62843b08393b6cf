import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { Trust } from '@cotrace/verifier';
import {
  fakeConnections,
  fakeConsortium,
  unanswered,
  type BusinessAnswers,
  type MasterAnswers,
} from '../testing/fake-network.js';
import { took } from '../testing/fake-clock.js';
import { away } from '../testing/gateway-errors.js';
import { peerWithLedger } from '../testing/peer-ledger.js';
import { questionOf } from '../testing/proofs.js';
import { askAll } from './ask-all.js';
import { firstAnswer } from './ask-in-turn.js';
import { askProof } from './ask-proof.js';
import type { Turn } from './asked.js';
import { checkChain, standingOf } from './chain-check.js';
import { collectAttestations } from './collect-attestations.js';
import type { ConnectedNode, Connections } from './connections.js';
import { Faults } from './faults.js';
import { catchUp, nameThoseBehind } from './heights.js';
import { nodeStatus, settledRows } from './node-rows.js';
import { readState } from './read-state.js';

const NEVER = new AbortController().signal;
const NO_TRUST = { membership: { quorum: 2, members: [] as object[] } } as unknown as Trust;

beforeEach(() => {
  jest.useFakeTimers();
});

afterEach(() => {
  jest.useRealTimers();
});

const sleep = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Connections to three masters that answer the same. */
function connected(master: MasterAnswers): Connections {
  return fakeConnections({
    nodes: { 'org1.master': master, 'org2.master': master, 'org3.master': master },
  });
}

function firstOf(connections: Connections): ConnectedNode {
  const [master] = connections.masters();
  if (master === undefined) throw new RangeError('there is a master');
  return master;
}

/** Answers the first question after a while, and all others at once. */
function lateAtFirst(milliseconds: number): () => Promise<unknown> {
  let isFirst = true;
  return () => {
    if (!isFirst) return Promise.resolve();
    isFirst = false;
    return sleep(milliseconds);
  };
}

describe('a turn', () => {
  /** When the second of two is asked, where the first says nothing but that so many parts have come. */
  async function secondIsAskedAfter(parts: number): Promise<number> {
    const second = new Promise<void>((resolve) => {
      const ask = ({ name }: { readonly name: string }, turn: Turn) => {
        for (let i = 0; i < parts; i += 1) turn.part();
        if (name === 'a') return unanswered();
        resolve();
        return Promise.resolve(name);
      };
      void firstAnswer([{ name: 'a' }, { name: 'b' }], ask, new Faults(), (answer) => answer);
    });
    return took(second);
  }

  it.each([
    [0, 500],
    [1, 510],
    [20, 700],
    [2000, 10_000],
  ])('with %s parts of the answer lasts %s ms', async (parts, milliseconds) => {
    expect(await secondIsAskedAfter(parts)).toBe(milliseconds);
  });

  it('of all at the same time lasts half a second once enough have answered', async () => {
    const ask = ({ name }: { readonly name: string }) =>
      name === 'a' ? Promise.resolve(name) : unanswered();
    const parties = [{ name: 'a' }, { name: 'b' }];
    expect(await took(askAll(parties, ask, new Faults(), ({ length }) => length > 0))).toBe(500);
  });
});

describe('a master that is behind', () => {
  const heights = (of: readonly [string, bigint][]) => ({ least: 9n, of: new Map(of) });

  it('is given up at the first answer that comes after two seconds', async () => {
    const late = lateAtFirst(1);
    const traceHeads = async () => {
      await late();
      return { height: 1n };
    };
    // Asked every 50 ms from then on: 2000 ms are not over at 1951 ms.
    expect(await took(catchUp(firstOf(connected({ traceHeads })), heights([]), NEVER))).toBe(2001);
  });

  it('is named at the first answer that comes after half a second', async () => {
    const traceHeads = async () => {
      await sleep(117);
      return { height: 1n };
    };
    const connections = connected({ traceHeads });
    const naming = nameThoseBehind(connections, [firstOf(connections)], heights([['org1.master', 1n]]));
    // Three times a pause of 50 ms and 117 ms.
    expect(await took(naming)).toBe(501);
    expect(connections.faults.list()).toMatchObject([{ node: 'org1.master', code: 'BEHIND' }]);
  });

  it('has a second to reach the newest block of the ledger', async () => {
    const late = lateAtFirst(1);
    const attestationsOf = async () => {
      await late();
      return { attestations: [] };
    };
    const tip = { height: 9n, headerHash: new Uint8Array(32) };
    expect(await took(standingOf(connected({ attestationsOf }), tip))).toBe(1001);
  });
});

describe('the peer', () => {
  it('has a second and a half to say where its ledger ends', async () => {
    const peer = {
      ...peerWithLedger(() => null),
      ledgerEnd: async (patience: number) => {
        await sleep(patience);
        throw away();
      },
    };
    expect(await took(checkChain(fakeConnections({ peer }), () => undefined))).toBe(1500);
  });
});

describe('a business node', () => {
  it('has a second and a half to read a state', async () => {
    const node: BusinessAnswers = { getState: unanswered };
    const connections = fakeConnections({ nodes: { 'org1.goods': node } });
    expect(await took(readState(connections, 'goods', 'trace/LOT'))).toBe(1500);
  });
});

describe('nodes that are ahead of the ledger', () => {
  it('are compared with it again after a second', async () => {
    const status = () => Promise.resolve({ state: 'following', height: 9n });
    const connections = fakeConnections({
      nodes: { 'org1.master': { status } },
      peer: peerWithLedger(() => ({ height: 8n, headerHash: new Uint8Array(32) })),
    });
    expect(await took(nodeStatus(connections))).toBe(1000);
  });
});

describe('nodes that are waited for', () => {
  it('are asked ten times a second', async () => {
    let asked = 0;
    const status = () => {
      asked += 1;
      return Promise.resolve({ state: 'following', height: 8n });
    };
    const consortium = fakeConsortium(3);
    const nodes = consortium.nodes.filter(({ name }) => name === 'org1.master');
    const connections = fakeConnections({
      consortium: { ...consortium, nodes },
      nodes: { 'org1.master': { status } },
      peer: peerWithLedger(() => ({ height: 9n, headerHash: new Uint8Array(32) })),
    });
    const rows = settledRows(connections, 1000);
    await jest.advanceTimersByTimeAsync(99);
    expect(asked).toBe(1);
    await jest.advanceTimersByTimeAsync(1);
    expect(asked).toBe(2);
    await took(rows);
  });
});

describe('attestations of blocks', () => {
  /** How long those of a block are waited for that no master has. */
  function waited(status: NonNullable<MasterAnswers['status']>): Promise<number> {
    const late = lateAtFirst(1);
    const attestationsOf = async () => {
      await late();
      return { attestations: [] };
    };
    const connections = connected({ attestationsOf, status });
    return took(collectAttestations(connections, [1n], 'org1.master', NO_TRUST));
  }

  it('are waited for ten seconds where the block is known, and briefly otherwise', async () => {
    // Asked every 100 ms from the first millisecond on.
    expect(await waited(() => Promise.resolve({ height: 2n }))).toBe(10_001);
    expect(await waited(() => Promise.resolve({ height: 1n }))).toBe(701);
  });

  it('are not waited for longer than half a second more where nobody says whether it is', async () => {
    expect(await waited(unanswered)).toBe(1201);
  });

  it('are asked for by 500 blocks', async () => {
    const asked: number[] = [];
    const attestationsOf: MasterAnswers['attestationsOf'] = ({ blockNums }) => {
      asked.push(blockNums.length);
      return Promise.resolve({ attestations: [] });
    };
    const connections = fakeConnections({ nodes: { 'org1.master': { attestationsOf } } });
    const blocks = Array.from({ length: 501 }, (_, i) => BigInt(i));
    await took(collectAttestations(connections, blocks, 'org1.master', NO_TRUST));
    expect(asked.slice(0, 2)).toEqual([500, 1]);
  });
});

describe('a proof', () => {
  const progress = { part: { case: 'progress' as const, value: {} } };

  function proven(prove: NonNullable<MasterAnswers['prove']>) {
    const showing = { newest: null, envelopes: false, at: null };
    const turn = { signal: NEVER, part: () => undefined };
    return askProof(firstOf(connected({ prove })), questionOf('FLOUR'), showing, turn);
  }

  it('has two minutes', async () => {
    let last = 0;
    const began = performance.now();
    const proof = proven(async function* () {
      for (;;) {
        last = performance.now() - began;
        yield progress;
        await sleep(last < 120_000 ? 4000 : 1);
      }
    });
    const refused = expect(proof).rejects.toMatchObject({
      code: 'BAD_ANSWER',
      message: 'its proof does not end: it took 120 s',
    });
    await took(proof.catch(() => undefined));
    await refused;
    expect(last).toBe(120_001);
  });

  it('may be silent for five seconds', async () => {
    const proof = proven(async function* () {
      await sleep(60_000);
      yield progress;
    });
    expect(await took(proof)).toBe(5000);
  });

  it('may tell of its progress 1000 times', async () => {
    const telling = (times: number) =>
      proven(async function* () {
        for (let i = 0; i < times; i += 1) yield await Promise.resolve(progress);
      });
    const why = (said: string) => ({ code: 'BAD_PROOF', message: expect.stringContaining(said) as unknown });
    await expect(telling(1000)).rejects.toMatchObject(why('it has no beginning'));
    await expect(telling(1001)).rejects.toMatchObject(why('it reports its progress too often'));
  });
});
