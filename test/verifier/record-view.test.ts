import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { MAX_RECORD_BYTES } from '@cotrace/core';
import { capture } from '../../gateway-app/testing/records.js';
import { TestNetwork } from '../../gateway-app/testing/test-network.js';
import { viewTransaction } from '../../verifier/proof/record-view.js';

let network: TestNetwork;

beforeAll(async () => {
  network = await TestNetwork.create();
});

afterAll(async () => {
  await network.remove();
});

const traces = [
  { id: 'A', role: 'input' as const, ver: 1 },
  { id: 'A', role: 'output' as const, ver: 1 },
  { id: 'B', role: 'parent' as const, ver: 2, preTraceTxId: 'cd'.repeat(32) },
];

it('a record is shown as the contract wrote it', () => {
  const eventID = 'urn:uuid:1';
  const { envelope, txId, recordId } = capture(network, { label: 'r', step: 'packing', eventID, traces });
  expect(viewTransaction(envelope)).toEqual({
    channelId: network.topology.channels.main,
    records: [
      {
        domain: 'goods',
        txId,
        recordId,
        step: 'packing',
        eventTime: '2026-01-01T00:00:00.000Z',
        eventID,
        traces: traces.map((trace) => ({ preTraceTxId: null, ...trace })),
        data: { label: 'r' },
      },
    ],
  });
});

it('a record that became longer than the client’s text may be is one still', () => {
  // Four characters as sent, 22 as they are in canonical JSON.
  const data = { numbers: Array.from({ length: MAX_RECORD_BYTES / 5 - 100 }, () => 1e20) };
  const { envelope } = capture(network, { label: 'long', data, traces });
  expect(viewTransaction(envelope).records).toHaveLength(1);
});

it.each(['lscc', '_lifecycle'])('what stands in %s is not a record: it is not a domain', (domain) => {
  expect(viewTransaction(capture(network, { label: 'r', domain, traces }).envelope).records).toEqual([]);
});
