import { HASH_LENGTH, readAnchorKey } from '@cotrace/core';
import { effects, type NamespaceRwset } from '@cotrace/fabric-model';
import type { StoredBlock } from '../../gen/cotrace/store_pb.js';
import { ANCHOR } from './names.js';

/** What a transaction of main puts as the hash of a checking header. */
export interface AnchorWrite {
  readonly checkNum: bigint;
  /** 32 bytes. */
  readonly hash: Uint8Array;
}

/**
 * What valid transactions put in the namespace `anchor` under keys of anchors, in their order (docs/formats.md, Anchor);
 * whether a hash is that of a header is for the caller to see.
 */
export function anchorWrites(
  transactions: readonly { readonly rwset: readonly NamespaceRwset[] }[],
): AnchorWrite[] {
  return transactions.flatMap(({ rwset }) =>
    effects(rwset.filter(({ namespace }) => namespace === ANCHOR)).flatMap((effect) => {
      if (effect.kind !== 'put' || effect.value.length !== HASH_LENGTH) return [];
      const checkNum = readAnchorKey(effect.key);
      return checkNum === null ? [] : [{ checkNum, hash: effect.value }];
    }),
  );
}

/** Whether a block holds transactions, valid or not, that are not anchors. */
export function isBusy({ transactions }: Pick<StoredBlock, 'transactions'>): boolean {
  return transactions.some(
    ({ domains, everyDomain }) => everyDomain || domains.length !== 1 || domains[0] !== ANCHOR,
  );
}
