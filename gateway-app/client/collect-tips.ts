import { checkTip, type Tip, type Trust } from '@cotrace/verifier';
import { Master } from '../gen/cotrace/cotrace_pb.js';
import { askAll } from './ask-all.js';
import type { Connections } from './connections.js';
import { SHORT_CALL_MS } from './limits.js';

/**
 * What the masters say now of how far the ledger has come, as far as it counts by the trust file: one tip an organisation.
 * Fewer than a quorum are none: then it is not known. What is wrong with masters is in `connections.faults`.
 */
export async function collectTips(connections: Connections, trust: Trust): Promise<readonly Tip[]> {
  const { quorum } = trust.membership;
  const answers = await askAll(
    connections.masters(),
    async ({ client, mspId }, signal) => {
      const asked = { timeout: SHORT_CALL_MS, signal };
      const { blockNum: block, ...stated } = await client.call(Master.method.freshness, {}, asked);
      // Whoever answers for another organisation could take its place.
      const tip: Tip = { ...stated, block, mspId };
      checkTip(tip, trust);
      return tip;
    },
    connections.faults,
    ({ length }) => length >= quorum,
  );
  return answers.length < quorum ? [] : answers.map(({ answer }) => answer);
}
