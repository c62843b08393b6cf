import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { create } from '@bufbuild/protobuf';
import { eventIdKey, type JsonObject, sha256, traceKey, utf8 } from '@cotrace/core';
import { nodeVerifier } from '@cotrace/network';
import { FindKeySchema } from '../../gateway-app/gen/cotrace/cotrace_pb.js';
import { findAll } from '../../gateway-app/master/find.js';
import { readTrust, type Trust } from '../../verifier/proof/trust.js';
import type { FoundAnswer, FoundKey } from '../../verifier/proof/verify-found.js';
import { attest, withMembers } from '../../gateway-app/testing/attestations.js';
import { codeOf } from '../../gateway-app/testing/codes.js';
import { trustFile } from '../../gateway-app/testing/proofs.js';
import { capture } from '../../gateway-app/testing/records.js';
import { TestChain } from '../../gateway-app/testing/test-chain.js';
import { TestMaster } from '../../gateway-app/testing/test-master.js';
import { TestNetwork } from '../../gateway-app/testing/test-network.js';
import { definition } from '../../gateway-app/testing/transactions.js';
import { checkOrder, type AskMasters } from '../../verifier/order/check-order.js';
import { orderEvent, orderId, readOrder, type Order } from '../../verifier/order/order.js';

// Other work on the machine must not fail a test.
jest.setTimeout(30_000);

let network: TestNetwork;
let chain: TestChain;
let masters: TestMaster[];
let trust: Trust;

beforeAll(async () => {
  network = await TestNetwork.create({ domains: ['production'] });
  chain = new TestChain(network);
  masters = await TestMaster.openAll(network);
  trust = readTrust(trustFile(network), nodeVerifier);
  chain.add([definition(network, 'production')]);
});

afterAll(async () => {
  for (const master of masters) await master.close();
  await network.remove();
});

const orderOf = (message: string, to = 'press-4') =>
  readOrder(JSON.stringify({ from: 'planner', to, message, signature: 'MEUC' }));

/** A block with what the contract writes for an order, `data` being its event, or with what `alter` makes of that. */
async function placed(
  order: Order,
  data = JSON.parse(orderEvent(order, new Date(0))) as JsonObject,
  alter?: Parameters<typeof capture>[2],
  organisation = 0,
): Promise<void> {
  const record = {
    label: JSON.stringify([order, data, organisation]),
    domain: 'production',
    organisation,
    traces: [{ id: order.to, role: 'subject' as const, ver: 1 }],
    eventID: orderId(order),
    data,
  };
  chain.add([capture(network, record, alter).envelope]);
  for (const master of masters) await master.follow(chain);
}

/** What the first master finds, and all of them attest. */
const ask: AskMasters = async (questions) => {
  const [master] = masters;
  if (master === undefined) throw new RangeError('there is no master');
  const keys = questions.map((value) => create(FindKeySchema, { what: { case: 'state', value } }));
  const { blockNum, found } = await findAll(master.ledger, 1024, keys, null);
  return { blockNum, found, attestations: masters.map((one) => one.attestation(blockNum)) };
};

const altered =
  (alter: (answer: FoundAnswer) => Partial<FoundAnswer>): AskMasters =>
  async (questions) => {
    const answer = await ask(questions);
    return { ...answer, ...alter(answer) };
  };

const alteredKeys = (alter: (found: FoundKey, index: number, all: readonly FoundKey[]) => FoundKey) =>
  altered(({ found }) => ({ found: found.map(alter) }));

/** The first byte of the last of some bytes, another. */
const flipped = (bytes: Uint8Array) =>
  Uint8Array.from(bytes, (byte, i) => (i === bytes.length - 1 ? byte ^ 1 : byte));

describe('an order is proven', () => {
  it('to be absent before it is placed, the latest then, and superseded by the next', async () => {
    const [first, second] = [orderOf('first'), orderOf('second')];
    await placed(orderOf('of another device', 'press-5'));
    expect(await checkOrder(first, ask, trust)).toMatchObject({ status: 'absent', place: null });
    await placed(first);
    const at = { block: chain.height - 1n, txNum: 0 };
    const latest = await checkOrder(first, ask, trust);
    expect(latest).toMatchObject({ status: 'latest', place: at, newest: null });
    expect(latest.asOf).toMatchObject({ block: at.block, attestedBy: ['Org1MSP', 'Org2MSP', 'Org3MSP'] });
    await placed(second);
    expect(await checkOrder(first, ask, trust)).toMatchObject({
      status: 'superseded',
      place: at,
      newest: { block: at.block + 1n, txNum: 0 },
    });
    expect(await checkOrder(second, ask, trust)).toMatchObject({ status: 'latest' });
  });

  it('whichever organisation placed it, and whatever others have under its id', async () => {
    const order = orderOf('of the second', 'press-6');
    const other = { 'cotrace:from': 'planner', 'cotrace:message': 'other', 'cotrace:signature': 'MEUC' };
    await placed(order, other, undefined, 0);
    expect(await checkOrder(order, ask, trust)).toMatchObject({ status: 'other' });
    await placed(order, undefined, undefined, 1);
    const at = { block: chain.height - 1n, txNum: 0 };
    expect(await checkOrder(order, ask, trust)).toMatchObject({ status: 'latest', place: at });
    await placed(orderOf('newer', 'press-6'));
    expect(await checkOrder(order, ask, trust)).toMatchObject({ status: 'superseded', place: at });
    // Placed again by another organisation it is the newest once more; superseded, it stands where it stood first.
    await placed(order, undefined, undefined, 2);
    expect(await checkOrder(order, ask, trust)).toMatchObject({
      status: 'latest',
      place: { block: at.block + 2n, txNum: 0 },
    });
    await placed(orderOf('newest', 'press-6'));
    expect(await checkOrder(order, ask, trust)).toMatchObject({ status: 'superseded', place: at });
  });

  it('to be another one’s where its id was taken by an event that says something else', async () => {
    const order = orderOf('taken');
    await placed(order, {
      'cotrace:from': 'planner',
      'cotrace:message': 'other',
      'cotrace:signature': 'MEUC',
    });
    expect(await checkOrder(order, ask, trust)).toMatchObject({ status: 'other', place: null });
  });
});

describe('what another chaincode wrote is not taken for an order', () => {
  it.each([
    ['a record', 'rec/'],
    ['a row', 'trace/'],
    ['the first record of its id', 'eid/'],
  ])('where %s has a member more', async (what, prefix) => {
    const order = orderOf(what);
    await placed(order, undefined, ({ writes }) =>
      writes.map(([key, value]) => [
        key,
        key.startsWith(prefix) ? String(value).replace(/}$/, ',"note":1}') : value,
      ]),
    );
    expect(await codeOf(() => checkOrder(order, ask, trust))).toBe('BAD_RECORD');
  });

  it('where the record that its id names is not there', async () => {
    const order = orderOf('without its record');
    let named = '';
    await placed(order, undefined, ({ recordId, writes }) => {
      named = recordId;
      return writes.filter(([key]) => !key.startsWith('rec/'));
    });
    await expect(checkOrder(order, ask, trust)).rejects.toMatchObject({
      code: 'BAD_RECORD',
      detail: { recordId: named },
    });
  });
});

describe('an answer is disproved', () => {
  const there = orderOf('there');

  beforeAll(async () => {
    await placed(there);
  });

  const root = (answer: FoundAnswer) => ({
    trieRoot: sha256(answer.attestations[0]?.body ?? new Uint8Array()),
  });

  it.each<[string, AskMasters]>([
    ['whose proof is cut', alteredKeys(({ proof, value }) => ({ proof: proof.slice(0, -1), value }))],
    [
      'whose proof goes on',
      alteredKeys(({ proof, value }) => ({ proof: [...proof, ...proof.slice(-1)], value })),
    ],
    ['with a node altered', alteredKeys(({ proof, value }) => ({ proof: proof.map(flipped), value }))],
    ['that says there is nothing', alteredKeys(() => ({ proof: [] }))],
    ['with another value', alteredKeys(({ proof }) => ({ proof, value: utf8('{}') }))],
    ['without the value', alteredKeys(({ proof }) => ({ proof }))],
    ['to fewer questions', altered(({ found }) => ({ found: found.slice(1) }))],
    ['of another block', altered(({ blockNum }) => ({ blockNum: blockNum - 1n }))],
    [
      'with the attestations of an earlier block',
      altered(({ blockNum }) => ({
        attestations: masters.map((master) => master.attestation(blockNum - 1n)),
      })),
    ],
    [
      'under a root that one organisation alone attests',
      altered((answer) => ({
        attestations: answer.attestations.map((one, i) =>
          attest(
            network.organisation(i).master,
            i === 0 ? one.body : withMembers(one.body, { ...root(answer), txTotal: i + 5 }),
          ),
        ),
      })),
    ],
  ])('%s', async (title, liar) => {
    const code = await codeOf(() => checkOrder(there, liar, trust));
    // Masters that differ are no lie that is proven.
    expect(code).toBe(title.startsWith('under') ? 'NO_QUORUM' : 'ANSWER_DISPROVED');
  });

  it('that shows another key’s presence for one that is absent, unless that proves its absence', async () => {
    const present = await ask([{ domain: 'production', key: eventIdKey(orderId(there), 'Org1MSP') }]);
    const outcomes = new Set<string | null>();
    for (let i = 0; i < 40; i++) {
      let status: string | null = null;
      const code = await codeOf(async () => {
        ({ status } = await checkOrder(orderOf(`missing ${i}`), () => Promise.resolve(present), trust));
      });
      outcomes.add(code ?? status);
    }
    outcomes.delete('absent');
    expect([...outcomes]).toEqual(['ANSWER_DISPROVED']);
  });

  it('that shows a superseded order as the latest by a state of before, where newer attestations are asked for', async () => {
    const before = await Promise.all([ask([{ domain: 'production', key: traceKey(there.to) }])]);
    await placed(orderOf('newer'));
    const stale: AskMasters = async (questions) => ({
      ...(await ask(questions)),
      found: before.flatMap(({ found }) => found),
    });
    expect(await codeOf(() => checkOrder(there, stale, trust))).toBe('ANSWER_DISPROVED');
  });

  it('nor is by a fault of this program, which passes through unchanged', async () => {
    const fault = new RangeError('out of memory');
    const failing = readTrust(trustFile(network), {
      verify: () => {
        throw fault;
      },
    });
    await expect(checkOrder(there, ask, failing)).rejects.toBe(fault);
  });

  it('nor holds with fewer masters than a quorum, which is no lie', async () => {
    const few = altered(({ attestations }) => ({ attestations: attestations.slice(0, 1) }));
    expect(await codeOf(() => checkOrder(there, few, trust))).toBe('NO_QUORUM');
  });
});
