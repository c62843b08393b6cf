import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { create } from '@bufbuild/protobuf';
import { decodeHead, type TraceHead, verifyGrowth } from '@cotrace/core';
import { GrowthRequestSchema } from '../gen/cotrace/cotrace_pb.js';
import { codeOf } from '../testing/codes.js';
import { questionOf, traceProof } from '../testing/proofs.js';
import { capture } from '../testing/records.js';
import { TestChain } from '../testing/test-chain.js';
import { TestMaster } from '../testing/test-master.js';
import { TestNetwork } from '../testing/test-network.js';
import { growthOf } from './growth.js';

const EVENTS = 9;

let network: TestNetwork;
let master: TestMaster;
/** The head of LOT after each of its events, the first at 0. */
let heads: readonly TraceHead[];

beforeAll(async () => {
  network = await TestNetwork.create();
  master = await TestMaster.open(network, 0);
  const chain = new TestChain(network);
  const found: TraceHead[] = [];
  for (let ver = 1; ver <= EVENTS; ver++) {
    const preTraceTxId = ver === 1 ? null : 'ab'.repeat(32);
    const traces = [{ id: 'LOT', role: 'subject' as const, ver, preTraceTxId }];
    chain.add([capture(network, { label: `event ${ver}`, traces }).envelope]);
    await master.follow(chain);
    const { traces: shown } = await traceProof(network, [master], questionOf('LOT'));
    const [trace] = shown;
    if (trace?.head == null) throw new RangeError('LOT has a head');
    found.push(decodeHead(trace.head));
  }
  heads = found;
});

afterAll(async () => {
  await master.close();
  await network.remove();
});

/** The proof between heads of these counts of organisations. */
function growth(
  older: Readonly<Record<string, number>>,
  newer: Readonly<Record<string, number>>,
): Uint8Array {
  const counts = (of: Readonly<Record<string, number>>) =>
    Object.entries(of).map(([mspId, count]) => ({ mspId, count }));
  const request = { traceId: 'LOT', older: counts(older), newer: counts(newer) };
  return growthOf(master.store.events, create(GrowthRequestSchema, request));
}

describe('the growth of a trace', () => {
  it('is proven between any two of its heads', () => {
    for (const [i, older] of heads.entries()) {
      for (const [j, newer] of heads.entries()) {
        if (j >= i) verifyGrowth(older, newer, growth({ Org1MSP: i + 1 }, { Org1MSP: j + 1 }));
      }
    }
    expect(growth({ Org1MSP: 1 }, { Org1MSP: EVENTS })).toHaveLength(3 * 32);
  });

  it('of an organisation that came later needs nothing', () => {
    expect(growth({ Org1MSP: 4 }, { Org1MSP: 4, Org2MSP: 7 })).toHaveLength(0);
    expect(growth({}, { Org1MSP: 4 })).toHaveLength(0);
  });

  it.each<[string, string, Record<string, number>, Record<string, number>]>([
    ['that shrinks', 'BAD_REQUEST', { Org1MSP: 5 }, { Org1MSP: 4 }],
    ['whose organisation is gone', 'BAD_REQUEST', { Org1MSP: 5 }, { Org2MSP: 5 }],
    ['without events before', 'BAD_REQUEST', { Org1MSP: 0 }, { Org1MSP: 4 }],
    ['without events', 'BAD_REQUEST', { Org1MSP: 1 }, { Org1MSP: 1, Org2MSP: 0 }],
    ['to more events than there are', 'NOT_FOUND', { Org1MSP: 3 }, { Org1MSP: 4000 }],
    ['of an organisation that recorded nothing', 'NOT_FOUND', { Org2MSP: 3 }, { Org2MSP: 4 }],
  ])('%s is not proven: %s', async (_what, code, older, newer) => {
    expect(await codeOf(() => growth(older, newer))).toBe(code);
  });

  it('of what nobody has recorded is not proven', async () => {
    const request = {
      traceId: 'SALT',
      older: [{ mspId: 'Org1MSP', count: 1 }],
      newer: [{ mspId: 'Org1MSP', count: 2 }],
    };
    const asked = () => growthOf(master.store.events, create(GrowthRequestSchema, request));
    expect(await codeOf(asked)).toBe('NOT_FOUND');
  });
});
