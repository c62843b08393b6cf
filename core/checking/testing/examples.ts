import { hashOf } from '../../formats/testing/examples.js';
import { sha256 } from '../../hash.js';
import { HeaderChain, type ChainOrigin, type CycleFacts } from '../header-chain.js';
import { encodeCheckingHeader } from '../header.js';
import type { IntervalLeaf, PartLeaf } from '../leaves.js';

export const exampleOrigin: ChainOrigin = {
  networkId: hashOf('network'),
  c: 8,
  genesisHeaderHash: hashOf('main genesis'),
  membership: hashOf('membership'),
};

export const examplePart: PartLeaf = { domain: 'goods', hpart: hashOf('digest') };

export const exampleInterval: IntervalLeaf = {
  blockNum: 1025n,
  headerHash: hashOf('header'),
  txRoot: hashOf('transactions'),
  txTotal: 128,
  trieRoot: hashOf('trie'),
};

/** Facts of cycle n, by n alone; anchors, configurations and parts come now and then. */
export function someFacts(n: bigint): CycleFacts {
  const change = n - (n % 3n);
  const anchored = n - (n % 2n) === 0n ? 0n : n - (n % 2n) - 1n;
  return {
    parts: Number(n),
    bodyRoot: hashOf(`body ${n}`),
    cyclePointHeaderHash: hashOf(`block ${n}`),
    intervalSummary: hashOf(`interval ${n}`),
    trieRoot: hashOf(`trie ${n}`),
    anchored,
    anchorBlock: anchored === 0n ? 0n : (anchored + 1n) * 8n - 3n,
    configBlock: change === 0n ? 0n : change * 8n - 1n,
    membership: change === 0n ? exampleOrigin.membership : hashOf(`membership ${change}`),
    rules: 1,
  };
}

/** The chain of `count` headers with `someFacts`. */
export function someChain(count: number): HeaderChain {
  let chain = HeaderChain.start(exampleOrigin);
  for (let n = 1; n <= count; n++)
    chain = chain.extend(encodeCheckingHeader(chain.next(someFacts(BigInt(n)))));
  return chain;
}

/** `count` parts, by rising domains. */
export function someParts(count: number): PartLeaf[] {
  return Array.from({ length: count }, (_, i) => ({
    domain: `d${String(2 * i + 1).padStart(6, '0')}`,
    hpart: sha256(Uint8Array.of(i >>> 8, i & 255)),
  }));
}
