import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { fakeConnections } from '../testing/fake-network.js';
import { ProofScene } from '../testing/proof-scene.js';
import { put } from '../testing/transactions.js';
import { MAX_TRACE_BYTES } from './limits.js';
import { walkTrace } from './walk-trace.js';

/** A transaction as a master sends it. */
interface Sent {
  readonly domain: string;
  readonly blockNum: bigint;
  readonly txNum: number;
  readonly envelope: Uint8Array;
  readonly inclusionProof: Uint8Array[];
}

let scene: ProofScene;

beforeAll(async () => {
  scene = await ProofScene.create();
});

afterAll(() => scene.close());

/** Transaction 1 of a block of the scene. */
const sent = (blockNum: bigint, more: Partial<Sent> = {}): Sent => ({
  domain: 'goods',
  blockNum,
  txNum: 1,
  envelope: scene.chain.block(blockNum).envelopes[1] ?? new Uint8Array(),
  inclusionProof: [],
  ...more,
});

/** Walks what a master sends, by TraceID. */
function walk(
  streams: Readonly<Record<string, () => Iterable<Sent>>>,
  direction: 'none' | 'up' = 'none',
  stop = new AbortController(),
) {
  const parts: number[] = [];
  const asked: string[] = [];
  const nodes = {
    'org1.master': {
      trace: async function* ({ traceId }: { readonly traceId: string }) {
        asked.push(traceId);
        yield* await Promise.resolve(streams[traceId]?.() ?? []);
      },
    },
  };
  const [master] = fakeConnections({ nodes }).masters();
  if (master === undefined) throw new RangeError('there is a master');
  const turn = { signal: stop.signal, part: () => parts.push(1) };
  return { asked, parts, walked: walkTrace(master, { traceId: 'FLOUR', direction }, turn) };
}

const refused = (streams: () => Iterable<Sent>, message: string) =>
  expect(walk({ FLOUR: streams }).walked).rejects.toMatchObject({
    code: 'BAD_ANSWER',
    message: expect.stringContaining(message) as unknown,
  });

describe('a walk', () => {
  it('keeps what tells of events, each once, and tells of each part', async () => {
    const { asked, parts, walked } = walk(
      {
        FLOUR: () => [sent(4n), sent(3n), sent(5n, { domain: 'retail' })],
        GRAIN: () => [sent(3n), sent(2n)],
      },
      'up',
    );
    const { transactions, places, identifiers } = await walked;
    expect(transactions.map(({ blockNum }) => blockNum)).toEqual([4n, 3n, 5n, 2n]);
    expect([...places]).toEqual(['4/1', '3/1', '5/1', '2/1']);
    expect(identifiers).toEqual(['FLOUR', 'GRAIN', 'FIELD']);
    expect([asked, parts.length]).toEqual([identifiers, 5]);
  });

  it('follows nothing where nobody asked for it', async () => {
    const { asked, walked } = walk({ FLOUR: () => [sent(4n), sent(3n)] });
    await walked;
    expect(asked).toEqual(['FLOUR']);
  });

  it('keeps the place alone of what tells of no event', async () => {
    const envelope = put(scene.network, 'goods', { 'trace/FLOUR': 'x' });
    const { transactions, places } = await walk({ FLOUR: () => [sent(4n), sent(3n, { envelope })] }).walked;
    expect(transactions.map(({ blockNum }) => blockNum)).toEqual([4n]);
    expect([...places]).toEqual(['4/1', '3/1']);
  });

  it('ends where nobody waits any more', async () => {
    const stop = new AbortController();
    const stream = function* () {
      yield sent(4n);
      stop.abort();
      yield sent(3n);
    };
    const { asked, walked } = walk({ FLOUR: stream, GRAIN: () => [sent(2n)] }, 'up', stop);
    await walked;
    expect(asked).toEqual(['FLOUR']);
  });

  it('goes back in each domain, block by block and transaction by transaction', async () => {
    const again = 'transaction 1 of block 4 is out of order';
    await refused(() => [sent(4n), sent(4n)], again);
    await refused(() => [sent(3n), sent(4n)], again);
    await refused(() => [sent(4n, { txNum: 0 }), sent(4n)], again);
    const within = walk({ FLOUR: () => [sent(4n), sent(4n, { txNum: 0 })] });
    expect((await within.walked).places).toContain('4/0');
  });

  it('does not come back to a domain', async () => {
    await refused(
      () => [sent(5n), sent(4n, { domain: 'retail' }), sent(3n)],
      'transaction 1 of block 3 is out of order',
    );
  });

  it('ends in the end, as by its bytes', async () => {
    const inclusionProof = [new Uint8Array(MAX_TRACE_BYTES)];
    await refused(() => [sent(4n, { inclusionProof })], 'does not end after 1 transactions of');
  });
});
