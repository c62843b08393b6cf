import { CotraceError } from '@cotrace/core';
import { GatewayError } from '@hyperledger/fabric-gateway';
import { Master } from '../gen/cotrace/cotrace_pb.js';
import { askAll } from './ask-all.js';
import type { Connections } from './connections.js';
import { explained } from './gateway-answers.js';
import { SHORT_CALL_MS } from './limits.js';
import { refusalOf } from './refusal.js';

/** Which rules a master says are in force for the next block, and the newest that it knows. */
export interface MasterRules {
  readonly name: string;
  readonly mspId: string;
  readonly rules: number;
  readonly knownRules: number;
  /** Members that must agree. */
  readonly quorum: number;
}

/** What the masters say, in the order of the consortium file; who does not answer is among the faults. */
export async function rulesOfMasters(connections: Connections): Promise<readonly MasterRules[]> {
  const masters = connections.masters();
  const answers = await askAll(
    masters,
    async ({ client }, signal) => {
      const limits = { timeout: SHORT_CALL_MS, signal };
      const state = await client.call(Master.method.checkingStatus, {}, limits);
      const { quorum } = await client.call(Master.method.status, {}, limits);
      return { rules: state.rules, knownRules: state.knownRules, quorum };
    },
    connections.faults,
    () => false,
  );
  return masters.flatMap(({ name, mspId }) =>
    answers.flatMap(({ from, answer }) => (from.name === name ? [{ name, mspId, ...answer }] : [])),
  );
}

/**
 * Has rules `rules` in force from the next block on, by the contract `anchor`; resolves to the number of the block with the
 * transaction. Endorsed by the organisations whose masters know them. Throws `UNKNOWN_RULES` where those are fewer than a quorum,
 * the contract's code where it refuses, `NOT_SWITCHED` where Fabric fails.
 */
export async function switchRules(
  connections: Connections,
  rules: number,
  masters: readonly MasterRules[],
): Promise<bigint> {
  const knowing = masters.filter(({ knownRules }) => knownRules >= rules);
  const [needed = 1] = masters.map(({ quorum }) => quorum).toSorted((a, b) => b - a);
  if (knowing.length < needed) {
    const message = `${knowing.length} masters know rules ${rules}, and ${needed} must: update the others first`;
    throw new CotraceError('UNKNOWN_RULES', message, { rules, knowing: knowing.map(({ name }) => name) });
  }
  try {
    const call = {
      name: 'switchRules',
      args: [String(rules)],
      organisations: knowing.map(({ mspId }) => mspId),
    };
    const endorsed = await connections.peer.contract('anchor').endorse(call);
    const { successful, code, blockNumber } = await (await endorsed.submit()).getStatus();
    if (successful) return blockNumber;
    throw new CotraceError('NOT_SWITCHED', `the transaction was committed as invalid, with code ${code}`, {
      code,
    });
  } catch (error) {
    const refusal = refusalOf(error);
    if (refusal !== null) throw new CotraceError(refusal.code, refusal.message, refusal.detail, error);
    if (!(error instanceof GatewayError)) throw error;
    throw explained('NOT_SWITCHED', 'the rules could not be switched', { error, peer: connections.peerName });
  }
}
