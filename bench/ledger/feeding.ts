import { rm } from 'node:fs/promises';
import { DrivenNodes, type StoredLedger } from '@cotrace/gateway-app/ledgers';
import { stopwatch, type Spent } from '../rank/spent.js';
import { storeBytes } from '../store-bytes.js';

/** Blocks from one look at memory to the next. */
const LOOK_EVERY = 16;

/** What reading a ledger cost, and what was done with its blocks. */
export interface Pass {
  readonly spent: Spent;
  /** Most memory that the process had meanwhile, in bytes. */
  readonly memory: number;
}

/** Bytes of stores on disk once they are compacted. */
export interface StoreSizes {
  readonly master: number;
  /** On average. */
  readonly business: number;
}

/** What feeding a ledger cost. */
export interface Feeding {
  readonly reading: Pass;
  readonly master: Pass;
  /** Master and business nodes in one process. */
  readonly nodes: Pass;
  readonly stores: StoreSizes;
}

/** Feeds a ledger three times: to nobody, to a master, and to a master with a business node of each domain. */
export async function measureFeeding(ledger: StoredLedger, signal: AbortSignal): Promise<Feeding> {
  const reading = await pass(ledger, () => Promise.resolve(), signal);
  const alone = await driven(ledger, [], signal);
  const nodes = await driven(ledger, ledger.domains, signal);
  return { reading, master: alone.pass, nodes: nodes.pass, stores: nodes.stores };
}

async function driven(
  ledger: StoredLedger,
  domains: readonly string[],
  signal: AbortSignal,
): Promise<{ readonly pass: Pass; readonly stores: StoreSizes }> {
  const { test: network } = ledger.network;
  const place = network.folder('nodes');
  await rm(place, { recursive: true, force: true });
  const nodes = await DrivenNodes.open(network, { folder: 'nodes', domains });
  let measured: Pass;
  try {
    measured = await pass(
      ledger,
      (bytes) => nodes.take(bytes),
      signal,
      () => nodes.caughtUp(),
    );
  } finally {
    await nodes.close();
  }
  const stores = await sizesOf(place, domains);
  await rm(place, { recursive: true, force: true });
  return { pass: measured, stores };
}

async function pass(
  ledger: StoredLedger,
  take: (bytes: Uint8Array) => Promise<void>,
  signal: AbortSignal,
  end: () => Promise<void> = () => Promise.resolve(),
): Promise<Pass> {
  let [blocks, memory] = [0, 0];
  const stop = stopwatch();
  for await (const { bytes } of ledger.blocks()) {
    signal.throwIfAborted();
    await take(bytes);
    if (blocks++ % LOOK_EVERY === 0) memory = Math.max(memory, process.memoryUsage.rss());
  }
  await end();
  return { spent: stop(), memory: Math.max(memory, process.memoryUsage.rss()) };
}

async function sizesOf(place: string, domains: readonly string[]): Promise<StoreSizes> {
  const sizes = await storeBytes(place);
  const business = domains.map((domain) => sizes.get(domain) ?? 0).reduce((sum, size) => sum + size, 0);
  return { master: sizes.get('master') ?? 0, business: business / Math.max(1, domains.length) };
}
