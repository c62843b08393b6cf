import { CotraceError, toHex, type StoreIdentity } from '@cotrace/core';
import {
  BLOCK_METADATA,
  ChannelConfig,
  checkBlock,
  commitHash,
  commitHashMetadata,
  dataHash,
  decodeBlock,
  encodeBlock,
  headerBytes,
  LIFECYCLE_NAMESPACE,
  lastConfigMetadata,
  type Approval,
  type ChaincodeDefinition,
  type MspManager,
  type SignatureVerifier,
  type Version,
} from '@cotrace/fabric-model';
import { Approvals } from './approvals.js';
import { BlockCache } from './block-cache.js';
import { committedBlock } from './committed-block.js';
import { Definitions } from './definitions.js';
import { keyChange } from './key-change.js';
import { blockWrites } from './block-writes.js';
import { SnapshotSimulator } from './simulator.js';
import { Store } from './store.js';
import { TransientData } from './transient.js';
import { validateBlock } from './validate.js';
import type { Tip } from './records.js';
import type {
  CommittedBlock,
  KeyChange,
  Ledger,
  LedgerOptions,
  SignBlock,
  Simulator,
  TransactionLocation,
} from './types.js';

const NOTHING = new Uint8Array();

/**
 * Opens the ledger of a channel, making it from its genesis block where the folder has none.
 * Throws `STORE_UNAVAILABLE`, `WRONG_STORE` (the folder holds another chain), `STORE_LAYOUT`, `GENESIS_MISMATCH` (the block
 * is of another channel), and whatever is wrong with the genesis block's configuration.
 */
export async function openLedger(options: LedgerOptions): Promise<Ledger> {
  const store = await Store.open(options.dir, ownerOf(options));
  try {
    const tip = store.tip() ?? (await writeGenesis(store, options));
    const configBlock = await store.block(tip.lastConfig);
    if (configBlock === null) throw missing(tip.lastConfig);
    const config = ChannelConfig.fromBlock(configBlock);
    return new EmbeddedLedger(store, await TransientData.open(store), options, tip, config);
  } catch (error) {
    await store.close();
    throw error;
  }
}

/** Block 0 is valid by decree: no endorsements, no commit hash. */
async function writeGenesis(store: Store, { channelId, genesisBlock }: LedgerOptions): Promise<Tip> {
  const genesis = decodeBlock(genesisBlock);
  const config = ChannelConfig.fromBlock(genesisBlock);
  if (genesis.number !== 0n || config.channelId !== channelId) {
    throw new CotraceError('GENESIS_MISMATCH', `this is not the genesis block of channel ${channelId}`, {
      number: String(genesis.number),
      channelId: config.channelId,
    });
  }
  const metadata = Array.from(Object.keys(BLOCK_METADATA), (_, index) => genesis.metadata[index] ?? NOTHING);
  metadata[BLOCK_METADATA.transactionsFilter] = new Uint8Array(genesis.envelopes.length);
  const block = committedBlock(decodeBlock(encodeBlock({ ...genesis, metadata })));
  const tip = { height: 1n, headerHash: block.block.headerHash, lastConfig: 0n, commitHash: NOTHING };
  await store.write(blockWrites(store, block, [], tip));
  return tip;
}

/** A channel's ledger belongs to its genesis block, and to all organisations of the embedded network. */
function ownerOf({ channelId, genesisBlock }: LedgerOptions): StoreIdentity {
  return {
    kind: 'ledger',
    network: toHex(decodeBlock(genesisBlock).headerHash),
    node: 'devnet',
    organisation: null,
    holds: channelId,
  };
}

function missing(blockNum: bigint): CotraceError {
  return new CotraceError('STORE_DAMAGED', `block ${blockNum} is missing from the ledger`, {
    number: String(blockNum),
  });
}

class EmbeddedLedger implements Ledger {
  readonly channelId: string;
  readonly #store: Store;
  readonly #verifier: SignatureVerifier;
  readonly #definitions: Definitions;
  readonly #approvals: Approvals;
  readonly #transient: TransientData;
  readonly #cache = new BlockCache();
  readonly #listeners = new Set<(block: CommittedBlock) => void>();
  #tip: Tip;
  #config: ChannelConfig;
  #manager: MspManager;
  #queue: Promise<unknown> = Promise.resolve();
  #closed = false;

  constructor(
    store: Store,
    transient: TransientData,
    { channelId, verifier }: LedgerOptions,
    tip: Tip,
    config: ChannelConfig,
  ) {
    this.channelId = channelId;
    this.#store = store;
    this.#transient = transient;
    this.#verifier = verifier;
    this.#definitions = new Definitions(store);
    this.#approvals = new Approvals(store, this.#definitions);
    this.#tip = tip;
    this.#config = config;
    this.#manager = config.manager(verifier);
  }

  get height(): bigint {
    return this.#tip.height;
  }

  get tip(): Uint8Array {
    return this.#tip.headerHash;
  }

  get config(): ChannelConfig {
    return this.#config;
  }

  get manager(): MspManager {
    return this.#manager;
  }

  definition(name: string): ChaincodeDefinition | null {
    return this.#definitions.get(name);
  }

  definitionNames(): Promise<string[]> {
    return this.#definitions.names();
  }

  approvedPackage(mspId: string, name: string): string | null {
    return this.#approvals.packageId(mspId, name);
  }

  approval(mspId: string, name: string, sequence: bigint): Approval | null {
    return this.#approvals.get(mspId, name, sequence);
  }

  keepPrivate(txId: string, writes: Uint8Array): Promise<void> {
    this.#checkOpen();
    return this.#transient.keep(txId, this.height, writes);
  }

  simulator(txId: string): Simulator {
    this.#checkOpen();
    const view = this.#store.snapshot();
    return new SnapshotSimulator({
      txId,
      channelId: this.channelId,
      height: view.tip()?.height ?? 0n,
      view,
      changeAt: (namespace, key, place) => this.#changeAt(namespace, key, place),
    });
  }

  commit(envelopes: readonly Uint8Array[], signBlock: SignBlock): Promise<CommittedBlock> {
    const committed = this.#queue.then(() => this.#commit(envelopes, signBlock));
    // The next commit waits for this one, whatever becomes of it; the caller gets the failure.
    this.#queue = committed.then(
      () => undefined,
      () => undefined,
    );
    return committed;
  }

  async block(blockNum: bigint): Promise<CommittedBlock | null> {
    if (blockNum < 0n || blockNum >= this.#tip.height) return null;
    const cached = this.#cache.get(blockNum);
    if (cached !== null) return cached;
    const bytes = await this.#store.block(blockNum);
    if (bytes === null) throw missing(blockNum);
    const block = committedBlock(decodeBlock(bytes));
    this.#cache.add(block);
    return block;
  }

  async blockByHash(headerHash: Uint8Array): Promise<CommittedBlock | null> {
    const blockNum = await this.#store.blockNumOf(headerHash);
    return blockNum === null ? null : this.block(blockNum);
  }

  async blockByTxId(txId: string): Promise<CommittedBlock | null> {
    const location = this.transaction(txId);
    return location === null ? null : this.block(location.blockNum);
  }

  transaction(txId: string): TransactionLocation | null {
    return this.#store.transaction(txId);
  }

  onCommit(listener: (block: CommittedBlock) => void): () => void {
    // A function of its own, so that one listener registered twice is two.
    const registered = (block: CommittedBlock): void => listener(block);
    this.#listeners.add(registered);
    return () => {
      this.#listeners.delete(registered);
    };
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#queue;
    await this.#store.close();
  }

  async #commit(envelopes: readonly Uint8Array[], signBlock: SignBlock): Promise<CommittedBlock> {
    this.#checkOpen();
    const { height: number, headerHash: previousHash } = this.#tip;
    const validation = await validateBlock(number, envelopes, {
      channelId: this.channelId,
      config: this.#config,
      manager: this.#manager,
      definition: (name) => this.definition(name),
      view: this.#store,
    });
    const data = dataHash(envelopes);
    const lastConfig = validation.config === null ? this.#tip.lastConfig : number;
    const signatures = await signBlock({
      number,
      headerBytes: headerBytes(number, previousHash, data),
      lastConfigIndex: lastConfig,
    });
    const hash = commitHash(validation.codes, validation.updates.committed(), this.#tip.commitHash);
    const metadata = [
      signatures,
      lastConfigMetadata(lastConfig),
      validation.codes,
      NOTHING,
      commitHashMetadata(hash),
    ];
    const block = decodeBlock(encodeBlock({ number, previousHash, dataHash: data, envelopes, metadata }));
    // What followers would refuse must never be written: they would stop at this block for good.
    checkBlock(block, { number: number - 1n, headerHash: previousHash });
    const committed = committedBlock(block);
    const tip = { height: number + 1n, headerHash: block.headerHash, lastConfig, commitHash: hash };
    const state = [...validation.updates.writes(), ...this.#transient.writes(validation.valid, tip.height)];
    await this.#store.write(blockWrites(this.#store, committed, state, tip));
    this.#tip = tip;
    this.#transient.forget(validation.valid, tip.height);
    if (validation.config !== null) this.#configure(validation.config);
    if (validation.updates.touches(LIFECYCLE_NAMESPACE)) {
      this.#definitions.forget();
      this.#approvals.forget();
    }
    this.#announce(committed);
    return committed;
  }

  #configure(config: ChannelConfig): void {
    this.#config = config;
    this.#manager = config.manager(this.#verifier);
  }

  /** In microtasks: what a listener does or throws cannot touch the commit. */
  #announce(block: CommittedBlock): void {
    this.#cache.add(block);
    for (const listener of this.#listeners) {
      queueMicrotask(() => {
        listener(block);
      });
    }
  }

  async #changeAt(namespace: string, key: string, place: Version): Promise<KeyChange> {
    const block = await this.block(place.blockNum);
    const change = block && keyChange(block.block, namespace, key, place.txNum);
    if (change === null) throw missing(place.blockNum);
    return change;
  }

  #checkOpen(): void {
    if (!this.#closed) return;
    throw new CotraceError('LEDGER_CLOSED', `the ledger of channel ${this.channelId} is closed`);
  }
}
