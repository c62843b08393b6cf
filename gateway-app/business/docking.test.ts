import { describe, expect, it } from '@jest/globals';
import type { Consortium, ConsortiumNode, NodeRole } from '../consortium/consortium.js';
import { create } from '@bufbuild/protobuf';
import { BusinessBlockSchema } from '../gen/cotrace/cotrace_pb.js';
import { codeOf } from '../testing/codes.js';
import { BlockRing } from './block-ring.js';
import { AttestedWait, Docked } from './docked.js';
import { Docking, originsOf, type BlockOrigin } from './docking.js';
import { RefusalLog } from './refusal-log.js';
import { PATIENCE } from './limits.js';

const node = (name: string, role: NodeRole, mspId: string, domain: string | null = null): ConsortiumNode => ({
  name,
  role,
  mspId,
  domain,
  address: 'localhost:1',
  certificate: '',
  signer: null,
});

const nodes = [
  node('org3.goods', 'business', 'Org3MSP', 'goods'),
  node('org2.master', 'master', 'Org2MSP'),
  node('org1.goods', 'business', 'Org1MSP', 'goods'),
  node('org1.retail', 'business', 'Org1MSP', 'retail'),
  node('org1.master', 'master', 'Org1MSP'),
  node('org2.client', 'client', 'Org2MSP'),
  node('org2.goods', 'business', 'Org2MSP', 'goods'),
  node('org3.master', 'master', 'Org3MSP'),
];

const namesFor = (name: string) => {
  const self = nodes.find((candidate) => candidate.name === name);
  if (self === undefined) throw new RangeError(name);
  return originsOf(self, { nodes } as unknown as Consortium).map((origin) => origin.name);
};

/** An origin that sends nothing until it is left. */
const silent = (name: string): BlockOrigin => ({
  name,

  async *blocks(_from, signal) {
    await new Promise((resolve) => signal.addEventListener('abort', resolve));
  },
});

describe('the order of origins', () => {
  it('is the nodes of the domain before it by name, then the own master, then the others', () => {
    expect(namesFor('org1.goods')).toEqual(['org1.master', 'org2.master', 'org3.master']);
    expect(namesFor('org2.goods')).toEqual(['org1.goods', 'org2.master', 'org1.master', 'org3.master']);
    expect(namesFor('org3.goods')).toEqual([
      'org1.goods',
      'org2.goods',
      'org3.master',
      'org1.master',
      'org2.master',
    ]);
    expect(namesFor('org1.retail')).toEqual(['org1.master', 'org2.master', 'org3.master']);
  });
});

describe('docking', () => {
  const [a, b] = [silent('a'), silent('b')];

  it('chooses the first that is not suspended, and returns to it', () => {
    const docking = new Docking([a, b], { ...PATIENCE, suspension: 100 });
    expect([docking.choose(0)?.name, docking.isFirst(a), docking.isFirst(b)]).toEqual(['a', true, false]);
    docking.suspend(a, 0);
    expect([docking.choose(50)?.name, docking.choose(100)?.name]).toEqual(['b', 'a']);
  });

  it('chooses the one whose suspension ends first where all are suspended, and nobody where there is nobody', () => {
    const docking = new Docking([a, b], { ...PATIENCE, suspension: 100 });
    docking.suspend(b, 0);
    docking.suspend(a, 10);
    expect(docking.choose(20)?.name).toBe('b');
    expect(new Docking([]).choose(0)).toBeNull();
  });
});

describe('a docking', () => {
  const patience = { watch: 5, withheld: 30, stay: 40, suspension: 0 };
  const at = (origin: BlockOrigin, preferred: boolean) =>
    new Docked(origin, 0n, new AbortController().signal, preferred, patience);

  it('is given up where a quorum attests what the origin does not send', async () => {
    // Longer than other work on the machine holds this process up.
    const slow = { ...patience, withheld: 400 };
    const docked = new Docked(silent('a'), 0n, new AbortController().signal, true, slow);
    let looks = 0;
    expect(await codeOf(() => docked.next(() => looks++ > 1))).toBe('WITHHELD');
    await docked.close();
  });

  it('is given up without an accusation where the block was attested before it was asked for', async () => {
    const docked = at(silent('a'), true);
    expect(await codeOf(() => docked.next(() => true))).toBe('NOT_SERVED');
    await docked.close();
  });

  it('at another than the preferred origin ends after a while', async () => {
    const docked = at(silent('a'), false);
    expect(await docked.next(() => false)).toBeNull();
    await docked.close();
  });

  it('at another than the preferred origin ends even while blocks come', async () => {
    const docked = at(
      {
        name: 'busy',
        // eslint-disable-next-line @typescript-eslint/require-await
        async *blocks(from) {
          for (let blockNum = from; ; blockNum += 1n) yield create(BusinessBlockSchema, { blockNum });
        },
      },
      false,
    );
    let count = 0;
    while ((await docked.next(() => false)) !== null) count += 1;
    expect(count).toBeGreaterThan(0);
    await docked.close();
  });

  it('passes on what breaks the stream', async () => {
    const docked = at(
      {
        name: 'broken',
        // eslint-disable-next-line @typescript-eslint/require-await
        async *blocks() {
          throw new RangeError('reset');
        },
      },
      true,
    );
    await expect(docked.next(() => false)).rejects.toThrow('reset');
    await docked.close();
  });

  it('ends with the stream, and when its node stops', async () => {
    const ended = at(
      {
        name: 'ended',
        // eslint-disable-next-line @typescript-eslint/require-await
        async *blocks() {
          yield* [];
        },
      },
      true,
    );
    expect(await ended.next(() => false)).toBeNull();
    await ended.close();
    const stopping = new AbortController();
    const docked = new Docked(silent('a'), 0n, stopping.signal, true, patience);
    const next = docked.next(() => false);
    stopping.abort();
    expect(await next).toBeNull();
    await docked.close();
  });
});

describe('the wait for a block', () => {
  const seconds = { watch: 500, withheld: 5000, stay: 0, suspension: 0 };
  /** Looks every half second from `from` to `to`, in seconds; the second at which the origin has taken too long. */
  const watched = (wait: AttestedWait, from: number, to: number, attestedFrom: number) => {
    for (let at = from; at <= to; at += 0.5) if (wait.isOver(at >= attestedFrom, at * 1000)) return at;
    return null;
  };

  it('is over five seconds after a quorum attested it', () => {
    const wait = new AttestedWait(seconds, false, 0);
    expect([watched(wait, 0.5, 60, 20), wait.wasLate]).toEqual([25.5, false]);
  });

  it('does not count a time in which the own process stood still, and then accuses nobody', () => {
    const wait = new AttestedWait(seconds, false, 0);
    expect(watched(wait, 0.5, 12, 10)).toBeNull();
    // Stopped for a minute: the block was attested all the time.
    expect(wait.isOver(true, 72_000)).toBe(false);
    expect([watched(wait, 72.5, 100, 0), wait.wasLate]).toEqual([77.5, true]);
  });

  it('accuses nobody where the block was attested when it began', () => {
    const wait = new AttestedWait(seconds, true, 0);
    expect([watched(wait, 0.5, 60, 0), wait.wasLate]).toEqual([6, true]);
  });
});

describe('what a node hands on', () => {
  it('are its last 64 blocks', async () => {
    const ring = new BlockRing();
    for (let blockNum = 0n; blockNum < 70n; blockNum += 1n)
      ring.add(create(BusinessBlockSchema, { blockNum }));
    expect(await codeOf(() => ring.get(5n))).toBe('BLOCK_DROPPED');
    expect([ring.get(6n).blockNum, ring.get(69n).blockNum]).toEqual([6n, 69n]);
    expect(await codeOf(() => ring.get(70n))).toBe('BLOCK_DROPPED');
  });

  it('are fewer where they are large, but always the newest', async () => {
    const ring = new BlockRing();
    const large = (blockNum: bigint, megabytes: number) =>
      create(BusinessBlockSchema, {
        blockNum,
        transactions: [{ txNum: 0, envelope: new Uint8Array(megabytes * 1024 * 1024) }],
      });
    for (let blockNum = 0n; blockNum < 5n; blockNum += 1n) ring.add(large(blockNum, 20));
    expect(await codeOf(() => ring.get(1n))).toBe('BLOCK_DROPPED');
    expect(ring.get(2n).blockNum).toBe(2n);
    ring.add(large(5n, 100));
    expect(await codeOf(() => ring.get(4n))).toBe('BLOCK_DROPPED');
    expect(ring.get(5n).blockNum).toBe(5n);
  });
});

describe('the log of refusals', () => {
  const refusal = (blockNum: bigint, source = 's', code = 'C') => ({ blockNum, source, code, reason: 'r' });

  it('counts by source and code, with the first and the last time', () => {
    let now = 1_000_000;
    const log = new RefusalLog(() => now);
    for (let blockNum = 0n; blockNum < 100n; blockNum += 1n) {
      log.add(refusal(blockNum));
      if (blockNum === 3n) log.add(refusal(blockNum, 'other'));
      now += 1000;
    }
    expect(log.all()).toMatchObject([
      { source: 'other', blockNum: 3n, times: 1, first: 1003n, last: 1003n },
      { source: 's', blockNum: 99n, times: 100, first: 1000n, last: 1099n },
    ]);
  });

  it('is bounded, and no source drives out what another did', () => {
    const log = new RefusalLog();
    log.add(refusal(1n, 'liar', 'ROOT_MISMATCH'));
    for (let i = 0; i < 1000; i++) log.add(refusal(2n, 'noisy', `CODE_${i}`));
    expect(log.all().length).toBeLessThanOrEqual(9);
    expect(log.all()[0]).toMatchObject({ source: 'liar', code: 'ROOT_MISMATCH' });
    for (let i = 0; i < 1000; i++) log.add(refusal(3n, `source ${i}`));
    expect(log.all()).toHaveLength(50);
  });
});
