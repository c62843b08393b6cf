import { describe, expect, it } from '@jest/globals';
import { createMerkleProof, verifyMerkleProof } from '@ethereumjs/mpt';
import fc from 'fast-check';
import { concat, equalBytes, toHex, utf8 } from '../bytes/bytes.js';
import { keccak256 } from './keccak.js';
import { MAX_TRIE_KEY } from './limits.js';
import { rlpBytes, rlpList } from './rlp.js';
import type { StateTrie, TrieChange } from './state-trie.js';
import { EthereumTrie } from './testing/ethereum.js';
import { batches, hardKey, RUNS, scatteredKeys } from './testing/generators.js';
import { IMPLEMENTATIONS } from './testing/implementations.js';
import { sameValue } from './testing/same-value.js';
import { verifyTrieProof } from './verify.js';

/** What each forged proof must be refused with; by which of them depends on where the forgery is noticed. */
const REFUSALS: readonly unknown[] = [
  'ROOT_MISMATCH',
  'BAD_TRIE_NODE',
  'BAD_RLP',
  'PROOF_TOO_SHORT',
  'PROOF_TOO_LONG',
];

function outcome(act: () => unknown): unknown {
  try {
    return act();
  } catch (error) {
    return (error as { code?: unknown }).code;
  }
}

const flipped = (bytes: Uint8Array, at: number): Uint8Array => bytes.with(at, (bytes[at] ?? 0) ^ 1);

async function filled(trie: StateTrie, changes: readonly TrieChange[]): Promise<Uint8Array> {
  await trie.apply(changes);
  return (await trie.commit()).root;
}

describe.each(IMPLEMENTATIONS)('proofs of %s', (_name, create) => {
  it('show every key of a trie and every absence, here and to the Ethereum library', async () => {
    const tries = fc.asyncProperty(batches, fc.array(hardKey), async (sequence, others) => {
      const [trie, theirs] = [create(), await EthereumTrie.create()];
      const root = await filled(trie, sequence.flat());
      await theirs.apply(sequence.flat());
      const wrong: unknown[] = [];
      for (const key of [...sequence.flat().map((change) => change.key), ...others]) {
        const proof = trie.prove(key);
        const value = await theirs.trie.get(key);
        const found = verifyTrieProof({ root, key, proof });
        // Theirs repeats the nodes that are inlined in others.
        const nodes = (await createMerkleProof(theirs.trie, key)).filter(
          (node, i) => i === 0 || node.length >= 32,
        );
        // Their verifier takes no proof of the empty trie.
        const foundByTheirs =
          proof.length > 0 ? await verifyMerkleProof(key, proof, { root, useKeyHashing: false }) : value;
        const sameNodes =
          proof.length === nodes.length && proof.every((node, i) => equalBytes(node, nodes[i] ?? key));
        if (!sameValue(found, value) || !sameNodes || !sameValue(foundByTheirs, value)) {
          wrong.push({ key, value, found, foundByTheirs, proof: proof.map(toHex), nodes: nodes.map(toHex) });
        }
      }
      expect(wrong).toEqual([]);
    });
    await fc.assert(tries, { numRuns: RUNS });
  }, 3_600_000);

  it('are of the committed trie only', async () => {
    const trie = create();
    await trie.apply([{ key: utf8('a'), value: utf8('b') }]);
    expect(outcome(() => trie.prove(utf8('a')))).toBe('NOT_COMMITTED');
  });

  it('are refused with any bit changed, any node missing, moved or added, and under any other root', async () => {
    const keys = scatteredKeys(60, 1);
    const trie = create();
    const root = await filled(
      trie,
      keys.slice(1).map((key, i) => ({ key, value: i % 2 === 0 ? key : key.slice(0, 2) })),
    );
    for (const key of keys.slice(0, 6)) {
      const proof = trie.prove(key);
      const forgeries: Uint8Array[][] = [proof.slice(0, -1), proof.slice(1), [...proof, proof[0] ?? key], []];
      forgeries.push(proof.toReversed(), [...proof, utf8('x')], [...proof, new Uint8Array()]);
      proof.forEach((node, i) => {
        for (let at = 0; at < node.length; at++) forgeries.push(proof.with(i, flipped(node, at)));
        forgeries.push(proof.with(i, concat(node, Uint8Array.of(0))), proof.with(i, node.slice(0, -1)));
      });
      const accepted = forgeries.flatMap((forged) => {
        const result = outcome(() => verifyTrieProof({ root, key, proof: forged }));
        return REFUSALS.includes(result) ? [] : [{ key, forged: forged.map(toHex), result }];
      });
      expect(accepted).toEqual([]);
      expect(outcome(() => verifyTrieProof({ root: flipped(root, 5), key, proof }))).toBe('ROOT_MISMATCH');
    }
  });

  it('of one key show nothing of another', async () => {
    const keys = scatteredKeys(40, 2);
    const trie = create();
    const root = await filled(
      trie,
      keys.map((key) => ({ key, value: key })),
    );
    const [mine = utf8('')] = keys;
    const proof = trie.prove(mine);
    for (const other of keys.slice(1)) {
      // A path that ends early must not pass for an absence.
      expect(REFUSALS).toContain(outcome(() => verifyTrieProof({ root, key: other, proof })));
    }
    const absent = flipped(mine, 31);
    expect(verifyTrieProof({ root, key: absent, proof: trie.prove(absent) })).toBeNull();
    expect(REFUSALS).toContain(
      outcome(() => verifyTrieProof({ root, key: mine, proof: trie.prove(absent).slice(0, -1) })),
    );
  });

  it('are refused where an inlined node was altered, even if the nodes above were made to fit', async () => {
    const trie = create();
    const root = await filled(trie, [
      { key: utf8('a0'), value: utf8('x') },
      { key: utf8('a1'), value: utf8('y') },
      { key: utf8('b0'), value: new Uint8Array(40) },
    ]);
    const key = utf8('a0');
    const proof = trie.prove(key);
    const last = proof.at(-1) ?? key;
    const at = last.lastIndexOf('x'.charCodeAt(0));
    expect(at).toBeGreaterThan(0);
    const altered = proof.with(-1, flipped(last, at));
    expect(REFUSALS).toContain(outcome(() => verifyTrieProof({ root, key, proof: altered })));
    const [top = key] = altered;
    const fitting = altered.length === 1 ? keccak256(top) : root;
    expect(outcome(() => verifyTrieProof({ root: fitting, key, proof: altered }))).not.toEqual(utf8('x'));
  });
});

describe('the verifier', () => {
  const key = utf8('k');
  const path = Uint8Array.of(0x20, 0x6b);
  const forged = (title: string, node: Uint8Array, code: string): [string, Uint8Array, string] => [
    title,
    node,
    code,
  ];

  it.each([
    forged('a string', rlpBytes(utf8('abc')), 'BAD_RLP'),
    forged('a list of three', rlpList([path, path, path]), 'BAD_TRIE_NODE'),
    forged('a leaf without a value', rlpList([rlpBytes(path), rlpBytes(new Uint8Array())]), 'BAD_TRIE_NODE'),
    forged('a leaf whose value is a list', rlpList([rlpBytes(path), rlpList([])]), 'BAD_TRIE_NODE'),
    forged('a path with an unknown flag', rlpList([rlpBytes(Uint8Array.of(0x40)), path]), 'BAD_TRIE_NODE'),
    forged(
      'a path with a padding that is not zero',
      rlpList([rlpBytes(Uint8Array.of(0x2f)), path]),
      'BAD_TRIE_NODE',
    ),
    forged(
      'an extension without a path',
      rlpList([rlpBytes(Uint8Array.of(0)), rlpBytes(path)]),
      'BAD_TRIE_NODE',
    ),
    forged(
      'an extension to what is no hash',
      rlpList([rlpBytes(Uint8Array.of(0x16)), rlpBytes(path)]),
      'BAD_TRIE_NODE',
    ),
    forged('a length of too many bytes', Uint8Array.of(0xf8, 2, 0x20, 0x6b), 'BAD_RLP'),
    forged('a byte with a needless length', Uint8Array.of(0xc3, 0x20, 0x81, 0x01), 'BAD_RLP'),
    forged(
      'a length beyond its end',
      Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff),
      'BAD_RLP',
    ),
    forged('nothing', new Uint8Array(), 'BAD_RLP'),
    forged('a megabyte', new Uint8Array(1 << 20), 'BAD_TRIE_NODE'),
  ])('refuses a node that is %s', (_title, node, code) => {
    expect(outcome(() => verifyTrieProof({ root: keccak256(node), key, proof: [node] }))).toBe(code);
  });

  it('refuses more nodes than the key has places for, before it looks at any', () => {
    const proof = new Array<Uint8Array>(4).fill(utf8('x'));
    expect(outcome(() => verifyTrieProof({ root: key, key, proof }))).toBe('PROOF_TOO_LONG');
    const long = new Uint8Array(MAX_TRIE_KEY + 1);
    expect(outcome(() => verifyTrieProof({ root: key, key: long, proof }))).toBe('KEY_TOO_LONG');
  });
});
