import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { DrivenNodes, LedgerNetwork, StoredLedger } from '@cotrace/gateway-app/ledgers';
import { progress } from '../output.js';
import { stopwatch } from '../rank/spent.js';
import { storeBytes } from '../store-bytes.js';
import { DOMAINS, VALUES } from './setting.js';

const PER_BLOCK = 16;
const NODES = 'heights';

/** What a checking height comes to, with the same blocks. */
export interface HeightRow {
  readonly height: number;
  readonly blocks: number;
  readonly transactions: number;
  /** Milliseconds until master and business nodes have taken in a block that ends a cycle: median and longest. */
  readonly ends: { readonly median: number; readonly most: number };
  /** The same of the blocks between. */
  readonly others: { readonly median: number; readonly most: number };
  /** Milliseconds of processor time a transaction, of master and business nodes together. */
  readonly cpu: number;
  /** Bytes of a business node at the end, on average. */
  readonly business: number;
  readonly master: number;
}

/** Feeds one ledger of so many blocks, half of creations and half of updates, at each checking height. */
export async function measureHeights(
  folder: string,
  heights: readonly number[],
  blocks: number,
  signal: AbortSignal,
): Promise<HeightRow[]> {
  const creating = Math.floor(blocks / 2);
  const stored = await StoredLedger.open(join(folder, `heights-${blocks}`), {
    organisations: 3,
    checkingHeight: blocks,
    seed: 2,
    plain: {
      seed: 2,
      domains: DOMAINS,
      perBlock: PER_BLOCK,
      phases: [
        { blocks: creating - 1, mix: { create: 1 } },
        { blocks: blocks - creating, mix: { update: 1 } },
      ],
      quietEvery: 0,
      ...VALUES,
    },
  });
  const rows: HeightRow[] = [];
  for (const height of heights) {
    progress(`c = ${height} …`);
    rows.push(await measureHeight(stored, height, signal));
  }
  return rows;
}

async function measureHeight(stored: StoredLedger, height: number, signal: AbortSignal): Promise<HeightRow> {
  const { dir, topology } = stored.network.test;
  const { test: network } = await LedgerNetwork.create({
    dir,
    organisations: topology.organisations.length,
    domains: DOMAINS,
    checkingHeight: height,
  });
  const place = network.folder(NODES);
  await rm(place, { recursive: true, force: true });
  const nodes = await DrivenNodes.open(network, { folder: NODES, domains: DOMAINS });
  const [ends, others]: [number[], number[]] = [[], []];
  const stop = stopwatch();
  try {
    for await (const { number, bytes } of stored.blocks()) {
      signal.throwIfAborted();
      const start = performance.now();
      await nodes.take(bytes);
      await nodes.caughtUp();
      const isEnd = number > 0n && number % BigInt(height) === 0n;
      (isEnd ? ends : others).push(performance.now() - start);
    }
  } finally {
    await nodes.close();
  }
  const { cpu } = stop();
  const sizes = await storeBytes(place);
  await rm(place, { recursive: true, force: true });
  const business = DOMAINS.map((domain) => sizes.get(domain) ?? 0).reduce((sum, size) => sum + size, 0);
  return {
    height,
    blocks: stored.size.blocks - 1,
    transactions: stored.size.transactions,
    ends: summary(ends),
    others: summary(others),
    cpu: cpu / stored.size.transactions,
    business: business / DOMAINS.length,
    master: sizes.get('master') ?? 0,
  };
}

function summary(times: number[]): HeightRow['ends'] {
  const sorted = [...times].sort((a, b) => a - b);
  return { median: sorted[Math.floor(sorted.length / 2)] ?? 0, most: Math.max(0, ...sorted.slice(-1)) };
}
