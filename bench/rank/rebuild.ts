import { equalBytes, RankEditor, type RankEntry } from '@cotrace/core';
import { rankEntry } from '@cotrace/gateway-app';
import type { BenchDomain } from './domain.js';
import { stopwatch, type Spent } from './spent.js';

/** The tree of a state, rebuilt. */
export interface RebuildCost {
  /** From the state: every value is read and hashed, entries are grouped, layers made; nothing is written. */
  readonly fromState: Spent;
  /** The part of it that is left where the entries lie grouped, with the hashes of their values: every group is read and hashed. */
  readonly groupsAlone: Spent;
}

/** Measures it, and checks that its digest is the one kept. */
export async function rebuild(domain: BenchDomain, c: number): Promise<RebuildCost> {
  const watch = stopwatch();
  const entries: RankEntry[] = [];
  for await (const entry of domain.state()) entries.push(rankEntry(entry));
  const editor = new RankEditor({ get: () => null }, c);
  editor.apply(domain.block, []);
  editor.replace([], entries);
  const digest = editor.digest();
  const fromState = watch();
  if (!equalBytes(digest, domain.view().digest)) throw new Error('the kept digest is not that of the state');
  return { fromState, groupsAlone: hashGroups(domain) };
}

function hashGroups(domain: BenchDomain): Spent {
  const watch = stopwatch();
  const view = domain.view();
  // A view hashes each group that it shows.
  for (const block of domain.blocks()) view.group(block, 0);
  return watch();
}
