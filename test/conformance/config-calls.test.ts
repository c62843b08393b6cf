import { expect, it } from '@jest/globals';
import { startTestNetwork } from '../../network/devnet/testing/test-network.js';
import { makeConfigCalls } from './config-calls.js';

it('configuration updates that are to be compared are refused, each for a reason of its own, or taken', async () => {
  const { network, close } = await startTestNetwork();
  try {
    const observations = await makeConfigCalls({ target: network });
    const refused = observations.flatMap(({ seen }) => (Array.isArray(seen) ? [seen.map(String)] : []));
    expect(refused.map(([status]) => status)).toEqual(Array(24).fill('BAD_REQUEST'));
    const reasons = refused.slice(0, 12).map(([, info]) => info);
    expect(new Set(reasons).size).toBe(12);
    expect(refused.slice(12).map(([, info]) => info)).not.toEqual(reasons);
    const taken = observations.filter(({ seen }) => !Array.isArray(seen));
    expect(taken).toMatchObject([
      { seen: { sequence: '1', alone: 1, ownLastConfig: true, timeout: '150ms' } },
      { seen: { sequence: '2', alone: 1, ownLastConfig: true } },
    ]);
    expect(network.ledger('main').config.members()).toHaveLength(2);
  } finally {
    await close();
  }
});
