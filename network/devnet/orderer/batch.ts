import { CotraceError } from '@cotrace/core';
import { goDuration, type common } from '@cotrace/fabric-model';
import type { Ledger } from '../ledger/types.js';
import type { BatchLimits } from './cutter.js';

/** Size of an envelope as Fabric counts it. */
export function envelopeSize({ payload, signature }: Pick<common.Envelope, 'payload' | 'signature'>): number {
  return payload.length + signature.length;
}

/** Batch limits of a channel's configuration. Throws `BATCH_TIMEOUT`. */
export function batchLimits({ config }: Ledger): BatchLimits {
  const { batchSize, batchTimeout } = config.orderer;
  const batchTimeoutMs = goDuration(batchTimeout);
  if (batchTimeoutMs === null) {
    throw new CotraceError('BATCH_TIMEOUT', `the channel's batch timeout is not a duration: ${batchTimeout}`);
  }
  return { ...batchSize, batchTimeoutMs };
}
