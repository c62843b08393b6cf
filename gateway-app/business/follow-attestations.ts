import { CotraceError, decodeAttestationBody, isCotraceError } from '@cotrace/core';
import { Master, type Attestation } from '../gen/cotrace/cotrace_pb.js';
import type { Log } from '../node/log.js';
import { Backoff, isAborted } from '../node/retry.js';
import type { RpcClient } from '../node/rpc-client.js';
import type { AttestationPool } from './attestation-pool.js';
import type { BusinessHealth } from './business-health.js';
import type { RefusalLog } from './refusal-log.js';
import { QUIET_MS } from './limits.js';

/** A master as a source of attestations. */
export interface AttestationSource {
  readonly name: string;
  /** Its attestations from block `from` on. */
  attestations(from: bigint, signal: AbortSignal): AsyncIterable<Attestation>;
}

/** Where attestations go, and what is wrong with them. */
export interface AttestationSink {
  readonly pool: AttestationPool;
  readonly health: BusinessHealth;
  readonly refusals: RefusalLog;
  readonly log: Log;
}

/** A master as a source, over the wire. */
export function remoteSource(name: string, client: RpcClient): AttestationSource {
  return {
    name,
    attestations: (blockNum, signal) => client.stream(Master.method.attestations, { blockNum }, signal),
  };
}

/**
 * Collects one master's attestations into the pool, from the node's height on, until `signal` is aborted. What a
 * master sends is only sorted by the block it names here; it is judged when the node comes to that block. A stream
 * with an attestation that names no block, or one of a block that is over, is given up and begun anew.
 */
export async function followAttestations(
  source: AttestationSource,
  { pool, health, refusals, log }: AttestationSink,
  signal: AbortSignal,
): Promise<void> {
  const { name } = source;
  const backoff = new Backoff();
  let failingSince: number | null = null;
  while (!signal.aborted) {
    try {
      const order = new StreamOrder(pool.height);
      for await (const attestation of source.attestations(pool.height, signal)) {
        await place(attestation, order);
        backoff.reset();
        failingSince = null;
      }
    } catch (error) {
      if (!isAborted(signal)) report(error);
    }
    await backoff.wait(signal);
  }

  async function place(attestation: Attestation, order: StreamOrder): Promise<void> {
    const { blockNum } = decodeAttestationBody(attestation.body);
    order.take(blockNum);
    pool.heard(name, blockNum);
    health.heard(name);
    while (!pool.takes(name, blockNum) && !signal.aborted) await pool.changed(signal);
    pool.add(name, blockNum, attestation);
  }

  function report(error: unknown): void {
    failingSince ??= Date.now();
    if (isCotraceError(error, 'RULES')) health.isNewer(name, error.message);
    const isAway = isCotraceError(error) && error.code === 'UNREACHABLE';
    if (!isAway || Date.now() - failingSince >= QUIET_MS) {
      log.often('warn', `attestations ${name}`, `could not get attestations of ${name}; retrying`, error);
    }
    if (isCotraceError(error) && !isAway) {
      refusals.add({ blockNum: pool.height, source: name, code: error.code, reason: error.message });
    }
  }
}

/** Blocks come in their order, each at most twice: two attestations of one block are evidence, more are a stream without end. */
class StreamOrder {
  #last: bigint;
  #repeats = 0;

  constructor(first: bigint) {
    this.#last = first - 1n;
  }

  /** Throws `BAD_ANSWER`. */
  take(blockNum: bigint): void {
    this.#repeats = blockNum === this.#last ? this.#repeats + 1 : 0;
    if (blockNum < this.#last || this.#repeats > 1) {
      throw new CotraceError('BAD_ANSWER', `sent an attestation of block ${blockNum} again`, {
        block: blockNum,
      });
    }
    this.#last = blockNum;
  }
}
