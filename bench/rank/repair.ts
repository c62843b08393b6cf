import {
  compareRanks,
  equalBytes,
  needsValue,
  repairSet,
  sha256,
  utf8,
  verifyValue,
  ViewPeer,
  type GroupDifference,
  type RankEntry,
  type Repair,
} from '@cotrace/core';
import { DomainRank, Log, rankEntry } from '@cotrace/gateway-app';
import { withCopy } from './copies.js';
import { BenchDomain, NAMESPACE } from './domain.js';
import { stopwatch, type Spent } from './spent.js';
import { keyOf, Random } from './workload.js';

/** Damaged entries. */
export const DAMAGED = [1, 100, 10_000] as const;

export interface RepairCost {
  readonly damaged: number;
  readonly find: Spent;
  /** Fetching values, checking them, writing state and tree, and the digest that shows it. */
  readonly repair: Spent;
  /** Of the tree: hashes and groups. */
  readonly treeBytes: number;
  readonly messages: number;
  readonly values: number;
  readonly valueBytes: number;
}

export interface WholeCost {
  readonly spent: Spent;
  readonly entries: number;
  readonly bytes: number;
}

/** Damages copies of a healthy domain, whose store is closed and lies in `folder`, and repairs them from it. */
export async function repairs(healthy: BenchDomain, folder: string): Promise<RepairCost[]> {
  const costs: RepairCost[] = [];
  for (const damaged of DAMAGED) {
    if (damaged > healthy.keys / 2) continue;
    costs.push(
      await withCopy(healthy, folder, async (copy) => {
        const peer = await healthy.copyIn(folder);
        try {
          await damage(copy, damaged);
          return await repair(copy, peer, damaged);
        } finally {
          await peer.store.close();
        }
      }),
    );
  }
  return costs;
}

/** A quarter each: a changed value, a lost entry, an entry too many, a wrong version. */
async function damage(domain: BenchDomain, places: number): Promise<void> {
  const drop: RankEntry[] = [];
  const put: RankEntry[] = [];
  new Random(places).distinct(places, domain.keys).forEach((index, i) => {
    const entry = entryOf(domain, keyOf(index));
    if (i % 4 !== 2) drop.push(entry);
    if (i % 4 === 0) put.push({ ...entry, valueHash: sha256(utf8(`wrong ${index}`)) });
    if (i % 4 === 2) put.push({ ...entry, key: `${entry.key}.extra` });
    if (i % 4 === 3) put.push({ ...entry, verNum: entry.verNum + 1 });
  });
  await domain.change((editor) => editor.replace(drop, put));
}

function entryOf(domain: BenchDomain, key: string): RankEntry {
  const entry = domain.entry(key);
  if (entry === null) throw new Error(`there is no ${key}`);
  return rankEntry(entry);
}

async function repair(domain: BenchDomain, healthy: BenchDomain, damaged: number): Promise<RepairCost> {
  const { digest } = healthy.view();
  const peer = new ViewPeer(healthy.view(), 'peer');
  const finding = stopwatch();
  const differences: GroupDifference[] = [];
  for await (const difference of compareRanks(domain.view(), digest, peer)) differences.push(difference);
  const set = repairSet(differences);
  const find = finding();
  if (set.length !== damaged) throw new Error(`${set.length} of ${damaged} were found`);

  const repairing = stopwatch();
  const valueBytes = await applyRepairs(domain, healthy, set, peer.name);
  if (!equalBytes(domain.view().digest, digest)) throw new Error('the repair did not heal the state');
  return {
    damaged,
    find,
    repair: repairing(),
    treeBytes: peer.bytes,
    messages: peer.messages,
    values: set.filter(needsValue).length,
    valueBytes,
  };
}

async function applyRepairs(
  domain: BenchDomain,
  healthy: BenchDomain,
  set: readonly Repair[],
  peer: string,
): Promise<number> {
  let bytes = 0;
  const entries = set.flatMap((one) => {
    if (one.entry === null) return [];
    const fetched = healthy.entry(one.key);
    if (fetched === null) throw new Error(`the peer has no ${one.key}`);
    if (needsValue(one)) {
      verifyValue(one.entry, fetched.entry.value, peer);
      bytes += fetched.entry.value.length + utf8(one.key).length;
    }
    return fetched;
  });
  await domain.writeState(entries);
  await domain.change((editor) =>
    editor.replace(
      set.flatMap(({ own }) => own),
      set.flatMap(({ entry }) => entry ?? []),
    ),
  );
  return bytes;
}

/** What a node does that cannot tell what is damaged: fetches every entry with its value, and makes state and tree anew. */
export async function fetchWhole(healthy: BenchDomain, folder: string, c: number): Promise<WholeCost> {
  const peer = await healthy.copyIn(folder);
  const fresh = await BenchDomain.open(`${folder}.fresh`, c);
  try {
    const watch = stopwatch();
    const bytes = await copyState(peer, fresh);
    const rank = await DomainRank.open(fresh.store, NAMESPACE, c, new Log('the copy'));
    if (!equalBytes(rank.digest(), peer.view().digest)) throw new Error('the copy differs');
    return { spent: watch(), entries: healthy.keys, bytes };
  } finally {
    for (const { store } of [peer, fresh]) await store.close();
  }
}

/** Entries that are written at once. */
const PORTION = 10_000;

async function copyState(from: BenchDomain, to: BenchDomain): Promise<number> {
  let bytes = 0;
  let portion = [];
  to.skipTo(from.block);
  for await (const entry of from.state()) {
    bytes += utf8(entry.key).length + entry.entry.value.length + 8 + 4 + 4;
    portion.push(entry);
    if (portion.length < PORTION) continue;
    await to.writeState(portion);
    portion = [];
  }
  await to.writeState(portion);
  return bytes;
}
