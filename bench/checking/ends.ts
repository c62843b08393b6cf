import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { DrivenNodes, StoredLedger, type LedgerPlan } from '@cotrace/gateway-app/ledgers';
import { progress } from '../output.js';
import { stopwatch, type Spent } from '../rank/spent.js';
import { VALUES } from '../storage/setting.js';

const PER_BLOCK = 128;
const NODES = 'nodes';
const TRIE_BYTES = 256 << 20;
/** Blocks before and after the end of a cycle that it is compared with. */
const NEIGHBOURS = 16;
/** Cycles of updates whose ends are measured: the first, and the first after whose end something is let go that it changed. */
const MEASURED = { first: 2, later: 9 };

/** How many domains and blocks the end of a cycle is measured with. */
export interface EndSetting {
  readonly domains: number;
  /** Checking height c. */
  readonly height: number;
}

/** How long a master took to take in the block that ends a cycle of updates, and those around it. */
export interface EndCost {
  readonly cycle: number;
  readonly end: Spent;
  readonly before: Spread;
  readonly after: Spread;
  /** Of all other blocks of the cycle. */
  readonly others: Spread;
}

/** Of several blocks, in milliseconds. */
export interface Spread {
  readonly median: Spent;
  readonly most: Spent;
}

/** What was measured of the ends of cycles. */
export interface EndCosts extends EndSetting {
  /** Updates of a cycle. */
  readonly updates: number;
  readonly ends: readonly EndCost[];
  /** Bytes of the header with the parts of all domains, as the master keeps it. */
  readonly header: number;
}

/** Feeds a master a cycle of creations, and then cycles of updates over all domains; those between the measured ones are of few. */
export async function measureEnds(
  folder: string,
  setting: EndSetting,
  signal: AbortSignal,
): Promise<EndCosts> {
  const { domains, height } = setting;
  progress(`the ledger of ${domains} domains …`);
  const stored = await StoredLedger.open(join(folder, `ends-${domains}-${height}`), planOf(setting));
  const { test: network } = stored.network;
  const place = network.folder(NODES);
  await rm(place, { recursive: true, force: true });
  const nodes = await DrivenNodes.open(network, { folder: NODES, domains: [], trieBytes: TRIE_BYTES });
  const spent: Spent[] = [];
  try {
    for await (const { number, bytes } of stored.blocks()) {
      signal.throwIfAborted();
      if (number % BigInt(height) === 1n) progress(`cycle ${number / BigInt(height) + 1n} …`);
      const stop = stopwatch();
      await nodes.take(bytes);
      spent.push(stop());
    }
    const { header, parts } = nodes.master.store.cycles.need(2n);
    return {
      ...setting,
      updates: height * PER_BLOCK,
      ends: Object.values(MEASURED).map((cycle) => costOf(spent, cycle, height)),
      header: header.length + parts.reduce((sum, { domain, hpart }) => sum + domain.length + hpart.length, 0),
    };
  } finally {
    await nodes.close();
    await rm(place, { recursive: true, force: true });
  }
}

function costOf(spent: readonly Spent[], cycle: number, height: number): EndCost {
  const at = cycle * height;
  const end = spent[at];
  if (end === undefined) throw new Error(`the ledger ends before block ${at}`);
  return {
    cycle,
    end,
    before: spread(spent.slice(at - NEIGHBOURS, at)),
    after: spread(spent.slice(at + 1, at + 1 + NEIGHBOURS)),
    others: spread(spent.slice(at - height + 1, at)),
  };
}

function planOf({ domains, height }: EndSetting): LedgerPlan {
  const { first, later } = MEASURED;
  return {
    organisations: 3,
    checkingHeight: height,
    seed: 3,
    plain: {
      seed: 3,
      domains: Array.from({ length: domains }, (_, i) => `domain${String(i).padStart(3, '0')}`),
      perBlock: PER_BLOCK,
      phases: [
        { blocks: (first - 1) * height - 1, mix: { create: 1 } },
        { blocks: height + NEIGHBOURS, mix: { update: 1 } },
        { blocks: (later - first - 1) * height - NEIGHBOURS, mix: { update: 1 }, perBlock: 1 },
        { blocks: height + NEIGHBOURS, mix: { update: 1 } },
      ],
      quietEvery: 0,
      ...VALUES,
    },
  };
}

function spread(all: readonly Spent[]): Spread {
  const [wall, cpu] = [all.map((one) => one.wall), all.map((one) => one.cpu)];
  return {
    median: { wall: median(wall), cpu: median(cpu) },
    most: { wall: Math.max(...wall), cpu: Math.max(...cpu) },
  };
}

function median(times: readonly number[]): number {
  return [...times].sort((a, b) => a - b)[Math.floor(times.length / 2)] ?? NaN;
}
