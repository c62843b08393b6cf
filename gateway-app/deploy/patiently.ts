import type { CotraceError } from '@cotrace/core';
import { GatewayError } from '@hyperledger/fabric-gateway';
import { refusalOf } from '../client/refusal.js';
import { pauseFor } from '../node/retry.js';

/** How long a peer that starts is tried, and how often. */
export interface Patience {
  /** Until when, in milliseconds as `Date.now()` counts them. */
  readonly deadline: number;
  /** Milliseconds between two tries. */
  readonly pause: number;
  /** Is called between two tries, and throws where waiting is of no use. */
  readonly stillStarting: () => void;
}

const NEVER = new AbortController().signal;

/**
 * What `attempt` comes to, tried again while Fabric's gateway fails it. Throws what `failed` makes of an error that is
 * final: any other one, the contract's refusal included, and the gateway's once the deadline has passed.
 */
export async function patiently<T>(
  attempt: () => Promise<T>,
  failed: (error: unknown) => CotraceError,
  { deadline, pause, stillStarting }: Patience,
): Promise<T> {
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (!mayPass(error) || Date.now() > deadline) throw failed(error);
      stillStarting();
      await pauseFor(pause, NEVER);
    }
  }
}

function mayPass(error: unknown): boolean {
  return error instanceof GatewayError && refusalOf(error) === null;
}
