export { leafHash, MAX_TREE_SIZE, nodeHash } from './hashing.js';
export { peaksAfter } from './peaks.js';
export type { NodePlace } from './siblings.js';
export { MerkleTree, merkleRoot } from './tree.js';
export * from './verify.js';
