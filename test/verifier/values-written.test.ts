import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { fromUtf8 } from '@cotrace/core';
import { decodeEnvelope, decodeTransaction } from '@cotrace/fabric-model';
import { TestNetwork } from '../../gateway-app/testing/test-network.js';
import { transaction, type TestWrite } from '../../gateway-app/testing/transactions.js';
import { valuesWritten } from '../../verifier/proof/values-written.js';

let network: TestNetwork;

beforeAll(async () => {
  network = await TestNetwork.create();
});

afterAll(async () => {
  await network.remove();
});

/** What a transaction of these writes gives domains, as texts. */
function written(writes: Readonly<Record<string, readonly TestWrite[]>>) {
  const rwset = Object.fromEntries(Object.entries(writes).map(([domain, all]) => [domain, { writes: all }]));
  const { envelope } = transaction(network, { chaincode: 'goods', rwset });
  const values = valuesWritten(decodeTransaction(decodeEnvelope(envelope)).rwset);
  return [...values].map(([domain, keys]) => [
    domain,
    [...keys].map(([key, value]) => [key, fromUtf8(value)]),
  ]);
}

it('what a transaction gives keys of domains is by domain', () => {
  const writes: Record<string, TestWrite[]> = {
    goods: [
      ['a', '1'],
      ['b', '2'],
    ],
    retail: [['a', '3']],
  };
  expect(written(writes)).toEqual([
    [
      'goods',
      [
        ['a', '1'],
        ['b', '2'],
      ],
    ],
    ['retail', [['a', '3']]],
  ]);
});

it('what it deletes has no value', () => {
  expect(written({ goods: [['a', null]] })).toEqual([]);
});

it.each(['lscc', '_lifecycle'])('what stands in %s is none: it is not a domain', (domain) => {
  expect(written({ [domain]: [['a', '1']] })).toEqual([]);
});
