import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { EMPTY_TRIE_ROOT } from './keccak.js';
import { PlainTrie } from './plain-trie.js';
import { rlpBytes, rlpList } from './rlp.js';
import { batches, hardKey, RUNS, scatteredKeys } from './testing/generators.js';
import { sharedNodes, verifyTrieProofs } from './verify.js';

/** A trie of keys with their own bytes as values, and nodes that prove `asked`. */
async function scene(keys: readonly Uint8Array[], asked: readonly Uint8Array[]) {
  const trie = new PlainTrie();
  await trie.apply(keys.map((key) => ({ key, value: key })));
  const { root } = await trie.commit();
  return { root, nodes: sharedNodes(asked.map((key) => trie.prove(key))) };
}

function codeOf(act: () => unknown): unknown {
  try {
    return act();
  } catch (error) {
    return (error as { code?: unknown }).code;
  }
}

describe('nodes that prove many keys together', () => {
  it('show what each of them has, whatever the trie', async () => {
    const property = fc.asyncProperty(batches, fc.array(hardKey), async (sequence, others) => {
      const trie = new PlainTrie();
      await trie.apply(sequence.flat());
      const { root } = await trie.commit();
      const keys = [...sequence.flat().map(({ key }) => key), ...others];
      const nodes = sharedNodes(keys.map((key) => trie.prove(key)));
      expect(verifyTrieProofs(root, keys, nodes)).toEqual(keys.map((key) => trie.find(key)));
    });
    await fc.assert(property, { numRuns: RUNS });
  });

  it('are each there once: 14 keys of 1,000 take fewer than one proof each', async () => {
    const keys = scatteredKeys(1000, 1);
    const asked = keys.slice(0, 14);
    const { root, nodes } = await scene(keys, asked);
    expect(new Set(nodes.map((node) => node.join())).size).toBe(nodes.length);
    expect(verifyTrieProofs(root, asked, nodes)).toEqual(asked);
  });

  const keys = scatteredKeys(200, 2);
  const asked = [...keys.slice(0, 5), ...scatteredKeys(2, 3)];

  it.each<[string, string, (nodes: Uint8Array[]) => Uint8Array[]]>([
    ['one is missing at the end', 'PROOF_TOO_SHORT', (nodes) => nodes.slice(0, -1)],
    ['one is missing in between', 'BAD_TRIE_NODE', (nodes) => nodes.toSpliced(1, 1)],
    ['one is there that nothing needs', 'PROOF_TOO_LONG', (nodes) => [...nodes, ...nodes.slice(0, 1)]],
    ['one is there twice', 'BAD_TRIE_NODE', (nodes) => nodes.toSpliced(1, 0, ...nodes.slice(0, 1))],
    ['two are exchanged', 'BAD_TRIE_NODE', (nodes) => [...nodes.slice(0, 1), ...nodes.slice(1).reverse()]],
    ['the first is another root', 'ROOT_MISMATCH', ([, ...rest]) => rest],
    ['there is none', 'ROOT_MISMATCH', () => []],
    ['one is too long', 'BAD_TRIE_NODE', (nodes) => [...nodes, new Uint8Array(70_000)]],
    [
      'one is altered',
      'BAD_TRIE_NODE',
      (nodes) => nodes.map((node, at) => (at === 1 ? node.with(5, (node[5] ?? 0) ^ 1) : node)),
    ],
  ])('are refused where %s', async (_title, code, forge) => {
    const { root, nodes } = await scene(keys, asked);
    expect(nodes.length).toBeGreaterThan(5);
    expect(codeOf(() => verifyTrieProofs(root, asked, forge(nodes)))).toBe(code);
  });

  it('are none where the trie is empty, and none are asked for without keys', () => {
    expect(verifyTrieProofs(EMPTY_TRIE_ROOT, asked, [])).toEqual(asked.map(() => null));
    const stray = rlpList([rlpBytes(new Uint8Array(32))]);
    expect(codeOf(() => verifyTrieProofs(EMPTY_TRIE_ROOT, asked, [stray]))).toBe('PROOF_TOO_LONG');
    expect(verifyTrieProofs(new Uint8Array(32), [], [])).toEqual([]);
  });
});
