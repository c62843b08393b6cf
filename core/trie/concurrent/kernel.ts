/** An address in the trie's memory, or a number of bytes in it. */
export type Address = number;

/** What the trie's WebAssembly module offers; `core/trie/assembly` says more. Addresses come back signed. */
export interface TrieKernel {
  readonly APPLY: { readonly value: number };
  readonly COMMIT: { readonly value: number };
  initialise(chunks: number): void;
  attach(thread: number): void;
  adopt(chunks: number): void;

  inbox(): Address;
  inboxEnd(): Address;
  maxOperations(): number;
  order(): Address;
  setOperations(count: number, scattered: number): void;
  sort(): void;
  runInOrder(): number;
  findAll(count: number, length: number, cached: number): number;
  collect(first: number, count: number): number;

  doAlone(job: number, units: number): void;
  give(job: number, units: number): void;
  currentGeneration(): number;
  takePart(generation: number): void;
  unfinished(): number;
  awaitOthers(microseconds: number): number;
  takeOver(dead: number): void;
  serve(seen: number): void;
  dismiss(): void;

  gather(): number;
  commitTop(): void;

  keyBuffer(): Address;
  find(length: number, cached: number): Address;
  valueAt(leaf: Address): Address;
  valueLength(leaf: Address): number;

  root(): Address;
  child(branch: Address, index: number): Address;
  isLeaf(node: Address): number;
  nodeHang(node: Address): number;
  nodeDepth(branch: Address): number;
  keyOf(node: Address): Address;
  keyOfRetired(node: Address): Address;
  onlyChildOf(branch: Address): number;
  firstChanged(thread: number): Address;
  firstRetired(thread: number): Address;
  following(node: Address): Address;
  extra(index: number): Address;
  extrasLength(): number;
  outbox(): Address;
  emitRoot(): number;
  emitNode(node: Address): void;
  trail(key: Address, length: number): number;
  path(): Address;

  isFull(): number;
  chunkLimit(): number;
  chunksUsed(): number;
  firstChunk(): number;
  usedBytes(): number;
  liveKeys(): number;
  cacheLevel(): number;
  maxThreads(): number;
  found(): number;
  finds(): number;
  visited(): number;
  stopAt(thread: number, place: number): void;
  stoppedAt(thread: number): number;
}
