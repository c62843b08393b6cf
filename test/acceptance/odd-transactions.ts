import { concat, fromHex } from '@cotrace/core';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  put,
  transaction,
  withPayloadAppended,
  type Signers,
  type TestRwset,
} from '../../gateway-app/testing/transactions.js';
import type { Scene } from './scene.js';
import { Sender } from './sender.js';

/** A group that nobody knows, with a field number in it that only Go's library lets pass: 2^28. */
const EIGHT_BYTES = fromHex('7b8080808010017c');

/** What no honest client sends and Fabric takes as valid all the same: the nodes read it as the peers do. */
export function oddTransactions(scene: Scene): void {
  describe('a transaction that only looks odd', () => {
    let sender: Sender;
    beforeAll(() => {
      sender = new Sender(scene.cotrace.home);
    });
    afterAll(() => sender.close());

    /** Values of keys in the own organisation's nodes, once every node has every block and none is disputed. */
    const settled = async (...keys: readonly (readonly [domain: string, key: string])[]) => {
      const nodes = await scene.settledNodes();
      expect(new Set(nodes.map(({ state }) => state))).toEqual(new Set(['following']));
      const answers = keys.map(([domain, key]) =>
        scene.cotrace.json<{ readonly value?: string }>('state', 'get', domain, key),
      );
      return (await Promise.all(answers)).map(({ value }) => value.value);
    };

    it('with bytes appended to its payload or its envelope is valid, and its domain has its writes', async () => {
      const { signers } = sender;
      const payload = put(signers, 'production', { 'odd/payload': 'p' });
      await sender.commits(withPayloadAppended(payload, EIGHT_BYTES, signers.organisation(0).client));
      await sender.commits(concat(put(signers, 'production', { 'odd/envelope': 'e' }), EIGHT_BYTES));
      const written = await settled(['production', 'odd/payload'], ['production', 'odd/envelope']);
      expect(written).toEqual(['p', 'e']);
    });

    it('over two domains, under key-level policies of both, is disputed in neither', async () => {
      const { signers } = sender;
      const across = (rwset: TestRwset) => ({ production: rwset, retail: rwset });
      const send = (rwset: TestRwset, endorsers: Signers['peers']) =>
        sender.commits(
          transaction(signers, { chaincode: 'production', rwset: across(rwset), endorsers }).envelope,
        );
      await send({ writes: { 'odd/own': '1' }, policies: { 'odd/own': 'Org3MSP' } }, signers.peers);
      await send({ writes: { 'odd/own': '2' } }, signers.peers.slice(2));
      expect(await settled(['production', 'odd/own'], ['retail', 'odd/own'])).toEqual(['2', '2']);
    });
  });
}
