import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { concat, equalBytes, toHex, utf8 } from '../bytes/bytes.js';
import { EMPTY_TRIE_ROOT, keccak256 } from './keccak.js';
import { MAX_TRIE_KEY, MAX_TRIE_VALUE } from './limits.js';
import { PlainTrie } from './plain-trie.js';
import type { StateTrie, TrieChange, TrieCommit } from './state-trie.js';
import { EthereumTrie } from './testing/ethereum.js';
import { batches, RUNS, scatteredKeys } from './testing/generators.js';
import { IMPLEMENTATIONS } from './testing/implementations.js';
import { sameValue } from './testing/same-value.js';

async function rootAfter(trie: StateTrie, ...entries: readonly (readonly [string, string | null])[]) {
  await trie.apply(
    entries.map(([key, value]) => ({ key: utf8(key), value: value === null ? null : utf8(value) })),
  );
  return toHex((await trie.commit()).root);
}

/** The values that are not as wanted, with their keys. */
function wrongValues(
  keys: readonly Uint8Array[],
  found: (key: Uint8Array, i: number) => Uint8Array | null,
  wanted: (key: Uint8Array, i: number) => Uint8Array | null,
): unknown[] {
  return keys.flatMap((key, i) => {
    const entry = { key, found: found(key, i), wanted: wanted(key, i) };
    return sameValue(entry.found, entry.wanted) ? [] : [entry];
  });
}

describe.each(IMPLEMENTATIONS)('%s', (_name, create) => {
  it('has Ethereum’s root without keys', async () => {
    expect(toHex(EMPTY_TRIE_ROOT)).toBe('56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421');
    expect((await create().commit()).root).toEqual(EMPTY_TRIE_ROOT);
    expect(await rootAfter(create(), ['a', 'b'], ['a', null])).toBe(toHex(EMPTY_TRIE_ROOT));
  });

  it('has, after every step, the root of the Ethereum library', async () => {
    const steps = fc.asyncProperty(batches, async (sequence) => {
      const [trie, theirs] = [create(), await EthereumTrie.create()];
      for (const batch of sequence) {
        await trie.apply(batch);
        await theirs.apply(batch);
        expect(toHex((await trie.commit()).root)).toBe(toHex(theirs.root()));
      }
    });
    await fc.assert(steps, { numRuns: RUNS });
  }, 3_600_000);

  it('finds what was put last, committed or not', async () => {
    const steps = fc.asyncProperty(batches, async (sequence) => {
      const trie = create();
      const last = new Map<string, Uint8Array | null>();
      const keys = sequence.flat().map(({ key }) => key);
      const names = keys.map(toHex);
      for (const batch of sequence) {
        await trie.apply(batch);
        for (const { key, value } of batch) last.set(toHex(key), value);
        const wrong = wrongValues(
          keys,
          (key) => trie.find(key),
          (_key, i) => last.get(names[i] ?? '') ?? null,
        );
        expect(wrong).toEqual([]);
        await trie.commit();
      }
    });
    await fc.assert(steps, { numRuns: RUNS });
  }, 3_600_000);

  it('finds many keys of one length at once as it finds each of them', async () => {
    const lookups = fc.asyncProperty(batches, async (sequence) => {
      const trie = create();
      const wrong: unknown[] = [];
      const lengths = [1, 2, 4, 5, 32].map((length) => {
        const keys = sequence
          .flat()
          .map(({ key }) => key)
          .filter((key) => key.length === length);
        // Twice, so that lookups from the cache arrays are among them.
        return { length, keys, packed: concat(...keys, ...keys, new Uint8Array(length).fill(9)) };
      });
      for (const batch of sequence) {
        await trie.apply(batch);
        for (const { length, keys, packed } of lengths) {
          const found = trie.findAll(packed, length);
          if (found.count !== 2 * keys.length + 1) wrong.push({ length, count: found.count });
          for (let i = 0; i < found.count; i++) {
            const key = packed.subarray(i * length, (i + 1) * length);
            const [value, size, wanted] = [found.valueOf(i), found.sizeOf(i), trie.find(key)];
            if (!sameValue(value, wanted) || size !== (wanted?.length ?? 0)) {
              wrong.push({ key, value, size, wanted });
            }
          }
        }
        expect(wrong).toEqual([]);
        await trie.commit();
      }
    });
    await fc.assert(lookups, { numRuns: RUNS });
  }, 3_600_000);

  it('finds many keys by way of the cache arrays, present, updated, removed and never there', async () => {
    const trie = create();
    const keys = scatteredKeys(3000, 7);
    const packed = concat(...keys);
    const expectFound = (value: (key: Uint8Array, i: number) => Uint8Array | null): void => {
      for (let round = 0; round < 3; round++) {
        const found = trie.findAll(packed, 32);
        expect(wrongValues(keys, (_key, i) => found.valueOf(i), value)).toEqual([]);
      }
    };
    await trie.apply(keys.slice(0, 2000).map((key) => ({ key, value: key })));
    expectFound((key, i) => (i < 2000 ? key : null));
    await trie.commit();
    expectFound((key, i) => (i < 2000 ? key : null));
    await trie.apply(
      keys.slice(1000).map((key, i) => ({ key, value: i % 2 === 0 ? null : key.slice(0, 40 - (i % 30)) })),
    );
    const after = (key: Uint8Array, i: number): Uint8Array | null => {
      if (i < 1000) return key;
      return i % 2 === 0 ? null : key.slice(0, 40 - ((i - 1000) % 30));
    };
    expectFound(after);
    await trie.commit();
    expectFound(after);
    const none = trie.findAll(new Uint8Array(), 32);
    expect([none.count, none.valueOf(0), none.sizeOf(-1)]).toEqual([0, null, 0]);
  });

  it('refuses many keys that are not of one length', () => {
    const trie = create();
    for (const [bytes, length, code] of [
      [33, 32, 'BAD_KEYS'],
      [32, 0, 'BAD_KEYS'],
      [32, -1, 'BAD_KEYS'],
      [32, 1.5, 'BAD_KEYS'],
      [MAX_TRIE_KEY + 1, MAX_TRIE_KEY + 1, 'KEY_TOO_LONG'],
    ] as const) {
      expect(() => trie.findAll(new Uint8Array(bytes), length)).toThrow(expect.objectContaining({ code }));
    }
  });

  it('hands out and proves the nodes of keys that part as late as keys can', async () => {
    const [a, b] = [new Uint8Array(MAX_TRIE_KEY), new Uint8Array(MAX_TRIE_KEY)];
    b[MAX_TRIE_KEY - 1] = 1;
    const [trie, plain] = [create(), new PlainTrie()];
    for (const changed of [trie, plain]) {
      await changed.apply([a, b].map((key) => ({ key, value: new Uint8Array(40).fill(1) })));
    }
    const [mine, theirs] = [await trie.commit(), await plain.commit()];
    const nodes = (commit: TrieCommit): string[] =>
      [...commit.changedNodes()].map(({ path, rlp }) => `${path.length} ${toHex(rlp ?? path)}`).sort();
    expect(nodes(mine)).toEqual(nodes(theirs));
    expect(trie.prove(a).map(toHex)).toEqual(plain.prove(a).map(toHex));
  });

  it('hands out with a commit every node that the committed trie has anew, under its path', async () => {
    const steps = fc.asyncProperty(batches, async (sequence) => {
      const trie = create();
      // The hashes of nodes: as handed out, by their paths, and of what proofs consist of.
      const [stored, proven] = [new Map<string, string>(), new WeakMap<Uint8Array, string>()];
      const given: { rlp: Uint8Array; copy: Uint8Array }[] = [];
      const previous = new PlainTrie();
      const keys = sequence.flat().map(({ key }) => key);
      for (const batch of sequence) {
        await trie.apply(batch);
        await previous.apply(batch);
        for (const { path, rlp } of (await trie.commit()).changedNodes()) {
          if (rlp === null) stored.delete(path.join());
          else {
            stored.set(path.join(), toHex(keccak256(rlp)));
            given.push({ rlp, copy: rlp.slice() });
          }
        }
        const { root } = await previous.commit();
        const needed = new Set<string>();
        for (const node of new Set(keys.flatMap((key) => previous.prove(key)))) {
          const hash = proven.get(node) ?? toHex(keccak256(node));
          proven.set(node, hash);
          needed.add(hash);
        }
        const hashes = new Set(stored.values());
        const top = equalBytes(root, EMPTY_TRIE_ROOT) ? [] : [toHex(root)];
        const missing = [...top, ...needed].filter((hash) => !hashes.has(hash));
        const surplus = [...hashes].filter((hash) => !needed.has(hash));
        expect({ missing, surplus }).toEqual({ missing: [], surplus: [] });
      }
      // What was handed out stays what it was.
      expect(given.filter(({ rlp, copy }) => !equalBytes(rlp, copy))).toEqual([]);
    });
    // Changed, moved below a new branch, and removed, all in one batch.
    const put = (key: number, ...bytes: number[]): TrieChange => ({
      key: Uint8Array.of(key),
      value: Uint8Array.from(bytes),
    });
    const removed = (key: number): TrieChange => ({ key: Uint8Array.of(key), value: null });
    const before = [[put(0x00, 0)], [put(0x12, ...new Array<number>(50).fill(0))]];
    const examples: [TrieChange[][]][] = [
      [[...before, [put(0x12, 0), removed(0x12)]]],
      [[...before, [put(0x12, 0), put(0x13, 0), removed(0x12), removed(0x13)]]],
      [[...before, [removed(0x12), put(0x12, 0), put(0x12, 1), removed(0x12)]]],
      [[...before, [put(0x12, 0), put(0x13, 0), removed(0x12)]]],
    ];
    await fc.assert(steps, { numRuns: RUNS + examples.length, examples });
  }, 3_600_000);

  it('keeps no reference to what it is given, nor gives any away', async () => {
    const trie = create();
    const [key, value] = [utf8('key'), utf8('value')];
    await trie.apply([{ key, value }]);
    key[0] = 0;
    value[0] = 0;
    const found = trie.find(utf8('key'));
    expect(found).toEqual(utf8('value'));
    found?.fill(0);
    expect(trie.find(utf8('key'))).toEqual(utf8('value'));
  });

  it('refuses keys and values beyond the limits, and changes nothing then', async () => {
    const trie = create();
    const fits = { key: new Uint8Array(MAX_TRIE_KEY), value: new Uint8Array(MAX_TRIE_VALUE).fill(1) };
    const before = await rootAfter(trie, ['a', 'b']);
    for (const [change, code] of [
      [{ key: new Uint8Array(MAX_TRIE_KEY + 1), value: null }, 'KEY_TOO_LONG'],
      [{ key: utf8('k'), value: new Uint8Array(MAX_TRIE_VALUE + 1) }, 'VALUE_TOO_LONG'],
    ] as const) {
      // Thrown or rejected: both reach who awaits.
      await expect((async () => trie.apply([fits, change]))()).rejects.toMatchObject({ code });
    }
    expect(toHex((await trie.commit()).root)).toBe(before);
    await trie.apply([fits]);
    await trie.commit();
    expect(sameValue(trie.find(fits.key), fits.value)).toBe(true);
  });
});
