import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { DrivenNodes, StoredLedger, type LedgerPlan } from '@cotrace/gateway-app/ledgers';
import { progress } from '../output.js';
import { VALUES } from '../storage/setting.js';

const PER_BLOCK = 128;
const NODES = 'nodes';
const TRIE_BYTES = 256 << 20;
/** Blocks before and after the end of a cycle that it is compared with. */
const NEIGHBOURS = 16;

/** How many domains and blocks the end of a cycle is measured with. */
export interface EndSetting {
  readonly domains: number;
  /** Checking height c. */
  readonly height: number;
}

/** How long a master took to take in the block that ends a cycle of updates, and those around it. */
export interface EndCost extends EndSetting {
  /** Updates of the cycle. */
  readonly updates: number;
  /** Milliseconds. */
  readonly end: number;
  readonly neighbours: { readonly median: number; readonly most: number };
  /** Of all other blocks of the cycle. */
  readonly others: { readonly median: number; readonly most: number };
  /** Milliseconds that removing a cycle's old nodes of the state trie takes, as at the end of a later cycle. */
  readonly prune: number;
  /** Bytes of the header with the parts of all domains, as the master keeps it. */
  readonly header: number;
}

/** Feeds a master one cycle of creations and one of updates, and some blocks more, over all domains. */
export async function measureEnd(folder: string, setting: EndSetting, signal: AbortSignal): Promise<EndCost> {
  const { domains, height } = setting;
  progress(`the ledger of ${domains} domains …`);
  const stored = await StoredLedger.open(join(folder, `ends-${domains}-${height}`), planOf(setting));
  const { test: network } = stored.network;
  const place = network.folder(NODES);
  await rm(place, { recursive: true, force: true });
  const nodes = await DrivenNodes.open(network, { folder: NODES, domains: [], trieBytes: TRIE_BYTES });
  const times: number[] = [];
  let prune = 0;
  let header = 0;
  try {
    for await (const { bytes } of stored.blocks()) {
      signal.throwIfAborted();
      const start = performance.now();
      await nodes.take(bytes);
      times.push(performance.now() - start);
    }
    const { store } = nodes.master;
    const { header: sealed, parts } = store.cycles.need(2n);
    header = sealed.length + parts.reduce((sum, { domain, hpart }) => sum + domain.length + hpart.length, 0);
    const start = performance.now();
    await store.trie.prune(2n);
    prune = performance.now() - start;
  } finally {
    await nodes.close();
    await rm(place, { recursive: true, force: true });
  }
  const end = 2 * height;
  const near = [...times.slice(end - NEIGHBOURS, end), ...times.slice(end + 1, end + 1 + NEIGHBOURS)];
  return {
    ...setting,
    updates: height * PER_BLOCK,
    end: times[end] ?? NaN,
    neighbours: spread(near),
    others: spread(times.slice(height + 1, end)),
    prune,
    header,
  };
}

function planOf({ domains, height }: EndSetting): LedgerPlan {
  return {
    organisations: 3,
    checkingHeight: height,
    seed: 3,
    plain: {
      seed: 3,
      domains: Array.from({ length: domains }, (_, i) => `domain${String(i).padStart(3, '0')}`),
      perBlock: PER_BLOCK,
      phases: [
        { blocks: height - 1, mix: { create: 1 } },
        { blocks: height + NEIGHBOURS, mix: { update: 1 } },
      ],
      quietEvery: 0,
      ...VALUES,
    },
  };
}

function spread(times: readonly number[]): EndCost['others'] {
  const sorted = [...times].sort((a, b) => a - b);
  return { median: sorted[Math.floor(sorted.length / 2)] ?? NaN, most: Math.max(...sorted) };
}
