import type {
  Approval,
  Block,
  ChannelConfig,
  ChaincodeDefinition,
  MspManager,
  SignatureVerifier,
  peer,
} from '@cotrace/fabric-model';

/** What a ledger is opened with. */
export interface LedgerOptions {
  /** Folder of this channel's store; made when missing. */
  readonly dir: string;
  readonly channelId: string;
  /** Bytes of block 0. An existing store must hold the same block, else `WRONG_STORE`. */
  readonly genesisBlock: Uint8Array;
  readonly verifier: SignatureVerifier;
}

/** What the ordering service signs: the header of a block and the newest configuration block at that point. */
export interface BlockToSign {
  readonly number: bigint;
  /** ASN.1 bytes of the block header (`protoutil.BlockHeaderBytes`). */
  readonly headerBytes: Uint8Array;
  /** Number of the newest configuration block, this one included. */
  readonly lastConfigIndex: bigint;
}

/**
 * Makes the bytes of block metadata SIGNATURES (index 0): a `common.Metadata` whose value is an
 * `OrdererBlockMetadata` with `lastConfigIndex`, signed over value, signature header and header bytes.
 */
export type SignBlock = (block: BlockToSign) => Uint8Array | Promise<Uint8Array>;

/** One transaction of a committed block, valid or not. */
export interface CommittedTransaction {
  readonly txNum: number;
  /** As in the channel header, or computed from nonce and creator where that is empty; '' where neither can be read. */
  readonly txId: string;
  /** As in the channel header, even if that is empty. */
  readonly claimedTxId: string;
  /** `common.HeaderType`; null where the envelope cannot be decoded. */
  readonly type: number | null;
  readonly code: peer.TxValidationCode;
  /** Name of the invoked chaincode, of endorser transactions that can be decoded. */
  readonly chaincode: string | null;
  readonly event: peer.ChaincodeEvent | null;
}

/** A block of the chain with what its validation decided. */
export interface CommittedBlock {
  readonly number: bigint;
  /** The block as delivered to clients: `common.Block` bytes, all metadata included. */
  readonly bytes: Uint8Array;
  readonly block: Block;
  readonly transactions: readonly CommittedTransaction[];
}

/** Where a transaction stands. Of several with one id it is the first, even if that one is invalid. */
export interface TransactionLocation {
  readonly blockNum: bigint;
  readonly txNum: number;
  readonly code: peer.TxValidationCode;
}

/** A key and its value, as ranges give them. */
export interface KeyValue {
  readonly key: string;
  readonly value: Uint8Array;
}

/** Iterator of a range: behaves as Fabric's, so that what is recorded depends on how far it was read. */
export interface RangeCursor {
  /** The next entry, null after the last one (which records the range as exhausted). */
  next(): Promise<KeyValue | null>;
  /** Key after the last entry given, '' at the end of the range; closes the cursor. Of pages only. */
  bookmarkAndClose(): Promise<string>;
  close(): Promise<void>;
}

/** Iterator of a key's history. */
export interface HistoryCursor {
  next(): Promise<KeyChange | null>;
  close(): Promise<void>;
}

/** One write of a key by a valid transaction. */
export interface KeyChange {
  readonly txId: string;
  /** Empty for a deletion. */
  readonly value: Uint8Array;
  readonly isDelete: boolean;
  /** The client's time, of the channel header. */
  readonly timestamp: { readonly seconds: bigint; readonly nanos: number } | null;
  readonly blockNum: bigint;
  readonly txNum: number;
}

/** A page of a range. Size 0 with a bookmark means all that follows, as in Fabric. */
export interface PageRequest {
  readonly size: number;
  /** '' for the first page; takes the place of the start key otherwise. */
  readonly bookmark: string;
}

/** Access of a simulation to private collections, recorded by hashes as Fabric does. */
export interface PrivateCollections {
  /** Value of a key, null if absent; recorded as a read of its hash. */
  get(namespace: string, collection: string, key: string): Uint8Array | null;
  /** SHA-256 of the value of a key, null if absent; recorded likewise. */
  getHash(namespace: string, collection: string, key: string): Uint8Array | null;
  put(namespace: string, collection: string, key: string, value: Uint8Array): void;
  /** Entries whose keys begin with `start`, in order of their UTF-8 bytes; not recorded. */
  entries(namespace: string, collection: string, start: string): Promise<KeyValue[]>;
}

/**
 * Simulates one transaction (or query) on the state of one height, whatever is committed meanwhile,
 * and records its read-write set as Fabric does (core/ledger/kvledger/txmgmt/txmgr). Chaincodes called
 * in the same channel share it under their own namespace. There is no read-your-writes.
 *
 * Refusals are `CotraceError` `SIMULATION_REFUSED` with Fabric's sentence as message. Always `close()` it.
 */
export interface Simulator {
  readonly txId: string;
  /** Number of blocks of the state that it sees. */
  readonly height: bigint;
  /** Value of a key, null if absent; recorded as a read. */
  get(namespace: string, key: string): Uint8Array | null;
  /** Writes a key; an empty value is a deletion. */
  put(namespace: string, key: string, value: Uint8Array): void;
  del(namespace: string, key: string): void;
  /** Metadata entries of a key by name (empty if none); recorded as a read. */
  getMetadata(namespace: string, key: string): ReadonlyMap<string, Uint8Array>;
  /** Replaces all metadata entries of a key; an empty map deletes them. */
  putMetadata(namespace: string, key: string, entries: ReadonlyMap<string, Uint8Array>): void;
  /** Keys from `start` (included) to `end` (excluded, '' for open), in order of their UTF-8 bytes. */
  range(namespace: string, start: string, end: string, page?: PageRequest): RangeCursor;
  /** Writes of a key, newest first, deletions included; not recorded. */
  history(namespace: string, key: string): HistoryCursor;
  /** Always refuses: rich queries need another state database. */
  query(namespace: string, query: string, page?: PageRequest): never;
  /** Always refuses: an organisation's implicit collection as not emulated, others as not defined, as Fabric does. */
  privateData(namespace: string, collection: string): never;
  /** The same for the hash of a value, which Fabric refuses in other words. */
  privateDataHash(namespace: string, collection: string): never;
  /** What the lifecycle keeps for each organisation; no other collections are emulated. */
  readonly collections: PrivateCollections;
  /** Bytes of the `TxReadWriteSet`. Once per simulator. */
  results(): Uint8Array;
  /** Bytes of the `TxPvtReadWriteSet`, null if nothing was written in a collection. */
  privateResults(): Uint8Array | null;
  close(): Promise<void>;
}

/** The chain of one channel with its state: shared by all peers of a process. */
export interface Ledger {
  readonly channelId: string;
  /** Number of blocks. */
  readonly height: bigint;
  /** Header hash of the newest block. */
  readonly tip: Uint8Array;
  /** Channel configuration in force after the newest block. */
  readonly config: ChannelConfig;
  readonly manager: MspManager;
  /** Committed chaincode definition, null if there is none. */
  definition(name: string): ChaincodeDefinition | null;
  /** Names of all committed chaincode definitions, sorted. */
  definitionNames(): Promise<string[]>;
  /**
   * Package that an organisation has approved for the committed definition of a chaincode: '' for none, null if
   * it has not approved that definition.
   */
  approvedPackage(mspId: string, name: string): string | null;
  /** What an organisation has approved, by name and sequence, committed or not. */
  approval(mspId: string, name: string, sequence: bigint): Approval | null;
  simulator(txId: string): Simulator;
  /** Keeps what a transaction will write in private collections (`TxPvtReadWriteSet` bytes) until it is committed. */
  keepPrivate(txId: string, writes: Uint8Array): Promise<void>;
  /**
   * Orders `envelopes` (at least one) as the next block, validates them and commits in one synced write. Calls
   * are served one after the other; once it resolves the block survives any crash. A failed commit
   * leaves the chain as it was.
   */
  commit(envelopes: readonly Uint8Array[], signBlock: SignBlock): Promise<CommittedBlock>;
  block(blockNum: bigint): Promise<CommittedBlock | null>;
  /** Block whose header has this hash. */
  blockByHash(headerHash: Uint8Array): Promise<CommittedBlock | null>;
  blockByTxId(txId: string): Promise<CommittedBlock | null>;
  transaction(txId: string): TransactionLocation | null;
  /** Calls `listener` after every commit, in order; returns how to stop it. Listeners must not throw. */
  onCommit(listener: (block: CommittedBlock) => void): () => void;
  close(): Promise<void>;
}
