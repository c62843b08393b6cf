import { rm } from 'node:fs/promises';
import { equalBytes } from '@cotrace/core';
import { BLOCK_METADATA, type Block } from '@cotrace/fabric-model';
import { DrivenNodes, type StoredLedger } from '@cotrace/gateway-app/ledgers';
import { nodeVerifier, openLedger, type Ledger } from '@cotrace/network';
import { progress } from '../output.js';
import { storeBytes } from '../store-bytes.js';
import { actOf, DOMAINS, type Act, type StorageSetting } from './setting.js';

const NODES = 'nodes';
const LEDGER = 'ledger';
/** Rows of a business node's store (docs/architecture.md, Stores). */
const HEADERS = 'h/';
/** Bytes of the master's trie that a key takes, with room (`trieSettings`). */
const TRIE_BYTES_A_KEY = 400;
const LEAST_TRIE_BYTES = 64 << 20;

/** What there is at the end of a cycle: bytes on disk, stores compacted. */
export interface CycleSizes {
  readonly cycle: number;
  readonly act: Act;
  readonly transactions: number;
  /** Keys of a domain, on average. */
  readonly keys: number;
  /** The embedded ledger's folder: blocks, state, history and indices in one store, which compresses. */
  readonly ledger: number;
  /** The blocks alone, as they come from a peer, not compressed. */
  readonly blocks: number;
  readonly master: number;
  /** Of one domain, on average. */
  readonly business: number;
  /** Of it, the sealed headers: rows of the store with their keys. */
  readonly headers: number;
}

/** The embedded ledger and the nodes that take in the same blocks. */
export interface Running {
  readonly ledger: Ledger;
  readonly nodes: DrivenNodes;
}

/** Feeds an experiment's ledger; at the end of each cycle all stores are closed, compacted and measured. */
export async function runCycles(
  stored: StoredLedger,
  setting: StorageSetting,
  signal: AbortSignal,
): Promise<CycleSizes[]> {
  const rows: CycleSizes[] = [];
  let [transactions, blocks, keys] = [0, 0, 0];
  let running = await openAll(stored);
  try {
    for await (const block of stored.blocks()) {
      signal.throwIfAborted();
      await take(running, block);
      transactions += block.envelopes.length;
      blocks += block.bytes.length;
      if (block.number === 0n || block.number % BigInt(setting.height) !== 0n) continue;
      await running.nodes.caughtUp();
      const headers = await headerBytes(running);
      await closeAll(running);
      const cycle = rows.length + 1;
      const act = actOf(cycle, setting.creating);
      if (act === 'create') keys = transactions / DOMAINS.length;
      rows.push({ cycle, act, transactions, keys, blocks, headers, ...(await sizesOf(stored)) });
      progress(`cycle ${cycle}: ${transactions} transactions`);
      running = await openAll(stored);
    }
  } finally {
    await closeAll(running);
  }
  return rows;
}

/** Opens what `runCycles` has left, for what is measured afterwards. */
export async function openAll(stored: StoredLedger): Promise<Running> {
  const { test: network } = stored.network;
  const ledger = await openLedger({
    dir: network.folder(NODES, LEDGER),
    channelId: network.topology.channels.main,
    genesisBlock: network.genesis,
    verifier: nodeVerifier,
  });
  const trieBytes = Math.max(LEAST_TRIE_BYTES, stored.size.transactions * TRIE_BYTES_A_KEY);
  const nodes = await DrivenNodes.open(network, { folder: NODES, domains: DOMAINS, trieBytes });
  return { ledger, nodes };
}

export async function closeAll({ ledger, nodes }: Running): Promise<void> {
  await nodes.close();
  await ledger.close();
}

/** Removes what earlier runs have left. */
export async function removeNodes(stored: StoredLedger): Promise<void> {
  await rm(stored.network.test.folder(NODES), { recursive: true, force: true });
}

/** The ledger orders and validates the transactions itself; its block must be the one that the nodes take. */
async function take(
  { ledger, nodes }: Running,
  { number, envelopes, metadata, bytes }: Block,
): Promise<void> {
  if (number > 0n) {
    const signatures = metadata[BLOCK_METADATA.signatures] ?? new Uint8Array();
    const committed = await ledger.commit(envelopes, () => signatures);
    if (!equalBytes(committed.bytes, bytes)) throw new Error(`block ${number} is another one in the ledger`);
  }
  await nodes.take(bytes);
  if (number % 256n === 0n) await nodes.caughtUp();
}

async function headerBytes({ nodes }: Running): Promise<number> {
  let total = 0;
  for (const { store } of nodes.nodes) {
    for (const [key, bytes] of await store.rows(HEADERS)) total += key.length + bytes.length;
  }
  return total / DOMAINS.length;
}

async function sizesOf(stored: StoredLedger): Promise<Pick<CycleSizes, 'ledger' | 'master' | 'business'>> {
  const sizes = await storeBytes(stored.network.test.folder(NODES));
  const of = (name: string) => sizes.get(name) ?? 0;
  const business = DOMAINS.map(of).reduce((sum, size) => sum + size, 0) / DOMAINS.length;
  return { ledger: of(LEDGER), master: of('master'), business };
}
