import { equalBytes, readHeaderKey, readLateReport, readPart, type PartLeaf } from '@cotrace/core';
import { effects, type Effect } from '@cotrace/fabric-model';
import { validTransaction } from '@cotrace/verifier';
import type { StoreBatch } from '../../node/store.js';
import type { MasterStore } from '../master-store.js';
import type { CheckingPlace } from './checking-rows.js';
import { CHECKING } from './names.js';

type Write = (batch: StoreBatch) => void;

/**
 * What a transaction of `checking` that the peer found valid adds to what a master's store has of the state of that channel.
 * `sealed`: the newest cycle up to which all are proven. Throws `UNREADABLE_VALID_TRANSACTION`.
 */
export function recordedWrites(
  envelope: Uint8Array,
  { blockNum, txNum }: CheckingPlace,
  store: MasterStore,
  sealed: bigint,
): Write[] {
  const valid = validTransaction(envelope, { block: blockNum, txNum });
  const rwset = (valid?.rwset ?? []).filter(({ namespace }) => namespace === CHECKING);
  return effects(rwset).flatMap((effect) => (effect.kind === 'put' ? recorded(effect, store, sealed) : []));
}

function recorded(
  { key, value }: Extract<Effect, { readonly kind: 'put' }>,
  { checking, cycles }: MasterStore,
  sealed: bigint,
): Write[] {
  const checkNum = readHeaderKey(key);
  if (checkNum !== null) return [(batch) => checking.putRecorded(batch, checkNum)];
  const part = readPart(key, value);
  if (part !== null) {
    // Parts of cycles that are not sealed are kept unless they are the own ones: to tell which differ.
    const isOwn = cycles.ended(part.checkNum)?.parts.some((own) => isSamePart(own, part)) ?? false;
    return part.checkNum <= sealed || isOwn ? [] : [(batch) => checking.putPart(batch, part.checkNum, part)];
  }
  const late = readLateReport(key, value);
  return late === null ? [] : [(batch) => checking.putLate(batch, late.checkNum, late)];
}

/** Whether two parts are of one domain and equal. */
export function isSamePart(one: PartLeaf, other: PartLeaf): boolean {
  return one.domain === other.domain && equalBytes(one.hpart, other.hpart);
}
