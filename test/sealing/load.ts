import { setTimeout as sleep } from 'node:timers/promises';
import { CommitError, GatewayError, type Network } from '@hyperledger/fabric-gateway';
import { ledgerHeight } from '../../gateway-app/fabric/ledger-queries.js';
import type { Random } from '../faults/random.js';
import { KINDS, RandomCalls, type Kind, type RandomCall } from './random-calls.js';

const IN_FLIGHT = 16;
/** Several times the batch timeout. */
const QUIET_MS = 600;

const REFUSALS = [GatewayError, CommitError];

/** How many calls of each kind became valid transactions, and how many did not. */
export type Outcomes = Record<Kind | 'refused', number>;

/**
 * Calls the domains' chaincodes by chance until the ledger of `main` has `height` blocks: many calls at a time, a few one after the
 * other, and stretches without any. `networks`: the channel as a client of each organisation sees it, by Fabric's SDK. Throws the
 * last refusal where of many calls none became valid.
 */
export async function load(
  networks: readonly Network[],
  domains: readonly string[],
  random: Random,
  height: bigint,
): Promise<Outcomes> {
  const calls = new RandomCalls(random, domains);
  const outcomes = Object.fromEntries([...KINDS, 'refused'].map((name) => [name, 0])) as Outcomes;

  /** Calls once and returns the refusal; null where the transaction is valid. */
  const callOnce = async (): Promise<unknown> => {
    const call = calls.next();
    const refusal = await submit(random.one(networks), call);
    outcomes[refusal === null ? call.kind : 'refused'] += 1;
    return refusal;
  };

  const burst = async (): Promise<void> => {
    const refusals: unknown[] = [];
    let left = random.integer(IN_FLIGHT, 4 * IN_FLIGHT);
    const worker = async (): Promise<void> => {
      while ((left -= 1) >= 0) refusals.push(await callOnce());
    };
    await Promise.all(Array.from({ length: IN_FLIGHT }, worker));
    if (!refusals.includes(null)) throw new Error('no call became valid', { cause: refusals.at(-1) });
  };

  const trickle = async (): Promise<void> => {
    for (let left = random.integer(1, 6); left > 0; left -= 1) await callOnce();
  };

  const quiet = (): Promise<void> => sleep(QUIET_MS);

  while ((await ledgerHeight(random.one(networks))) < height) {
    await random.one([burst, burst, trickle, quiet])();
  }
  return outcomes;
}

/**
 * What refuses a call, null where it became a valid transaction. Where many write the same keys, not all do; and a busy ordering
 * service takes them up to a point.
 */
async function submit(network: Network, { chaincode, operations }: RandomCall): Promise<unknown> {
  try {
    await network.getContract(chaincode).submitTransaction('run', JSON.stringify(operations));
    return null;
  } catch (error) {
    if (REFUSALS.some((kind) => error instanceof kind)) return error;
    throw error;
  }
}
