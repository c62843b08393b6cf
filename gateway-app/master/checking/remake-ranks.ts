import { decodeAttestationBody, stateTrieKey } from '@cotrace/core';
import type { Membership } from '@cotrace/verifier';
import type { Log } from '../../node/log.js';
import type { StoreBatch } from '../../node/store.js';
import { configurationAt } from '../configurations.js';
import { keyChanges, type ChangedKey } from '../key-changes.js';
import { START_PROGRESS_MS } from '../limits.js';
import type { MasterStore } from '../master-store.js';
import { anchorWrites, isBusy } from './anchors.js';
import { lifecycleChanges, putStep, type Checking } from './checking-step.js';
import { CycleKeeper, type CycleTerms } from './cycle-keeper.js';
import { DomainRanks } from './domain-ranks.js';
import { rulesAfter } from './rules-switch.js';

/**
 * Makes rank trees and cycles again from the blocks of a store up to `last`, its last: where it has none, from a time before
 * there were any, or where they are damaged. After a crash it begins again.
 */
export async function remakeRanks(
  store: MasterStore,
  terms: CycleTerms,
  last: bigint,
  log: Log,
): Promise<Checking> {
  log.info(`making the rank trees of all domains from the blocks up to ${last}`);
  await store.ranks.clear();
  await store.cycles.clearAnchors();
  const ranks = await DomainRanks.open(store.ranks, terms.c);
  const keeper = CycleKeeper.start(terms, store.cycles);
  let config = configurationAt(store, 0n);
  let told = Date.now();
  for (let number = 0n; number <= last; number += 1n) {
    const [configures, main] = [store.isConfigured(number), config];
    if (configures) config = configurationAt(store, number);
    await remakeBlock(store, { ranks, keeper }, { number, configures, main, membership: config.hash });
    if (Date.now() - told < START_PROGRESS_MS) continue;
    told = Date.now();
    log.info(`making the rank trees: block ${number} of ${last}`);
  }
  await store.ranks.made();
  return { ranks, keeper };
}

async function remakeBlock(
  store: MasterStore,
  { ranks, keeper }: Checking,
  block: {
    readonly number: bigint;
    readonly configures: boolean;
    /** In force before the block. */
    readonly main: Membership;
    readonly membership: Uint8Array;
  },
): Promise<void> {
  const { number, main } = block;
  const stored = store.block(number);
  const writing = store.writingTransactions(number);
  const keys = keyChanges(writing, (namespace, key) => {
    return { id: null, state: store.ranks.remade(namespace, key) };
  });
  const lifecycle = lifecycleChanges(writing, store.ranks);
  const step = ranks.advance(number, [...keys, ...lifecycle]);
  const cycle = keeper.step(
    {
      ...block,
      headerHash: stored.headerHash,
      body: decodeAttestationBody(store.attestation(number).body),
      rulesAfter: rulesAfter(
        keeper.rules,
        writing.map(({ txNum, rwset }) => ({ rwset, envelope: store.envelope(number, txNum) })),
        main,
      ),
      anchors: anchorWrites(writing),
      busy: isBusy(stored),
      parts: step.parts,
    },
    new Date(),
  );
  await store.amend((batch) => {
    putStep(store, batch, { ranks: step, lifecycle, cycle }, keeper);
    for (const changed of keys) putRemade(store, batch, changed);
  });
  keeper.took(cycle);
}

function putRemade(store: MasterStore, batch: StoreBatch, changed: ChangedKey<unknown>): void {
  const { namespace, key, after } = changed;
  store.ranks.putRemade(batch, changed);
  const id = stateTrieKey(namespace, key);
  store.trie.putPolicy(batch, id, after);
  if (after.valueHash === null) store.trie.restampRemoved(batch, id, after);
}
