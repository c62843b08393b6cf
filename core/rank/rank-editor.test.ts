import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { toHex, utf8 } from '../bytes/bytes.js';
import { sha256 } from '../hash.js';
import { DELETED_VALUE_HASH, NO_POLICY_HASH, type RankEntry } from './entry.js';
import { RankEditor, type RankChange } from './rank-editor.js';
import { RankView } from './rank-view.js';
import { histories, StateModel, type History } from './testing/histories.js';
import { MemoryPages } from './testing/memory-pages.js';
import { referenceDigest } from './testing/reference.js';
import { builtAtOnce } from './testing/trees.js';

const RUNS = process.env['CI_DEEP'] === '1' ? 10_000 : 100;

/** Runs a history, block by block; `seen` gets the state after each. */
function play({ c, blocks }: History, seen: (step: Step) => void): void {
  const state = new StateModel();
  let blockNum = -1n;
  for (const [index, { quiet, transactions }] of blocks.entries()) {
    blockNum += BigInt(quiet) + 1n;
    seen({ c, block: blockNum, index, changes: state.apply(blockNum, transactions), entries: state.entries });
  }
}

interface Step {
  readonly c: number;
  readonly block: bigint;
  readonly index: number;
  readonly changes: readonly RankChange[];
  readonly entries: ReadonlyMap<string, RankEntry>;
}

function committed<T>(pages: MemoryPages, c: number, act: (editor: RankEditor) => T): T {
  const editor = new RankEditor(pages, c);
  const result = act(editor);
  expect(editor.strays).toBe(0);
  pages.commit(editor.writes());
  return result;
}

const change = (key: string, before: RankEntry | null = null): RankChange => ({
  key,
  before,
  valueHash: sha256(utf8(key)),
  policyHash: NO_POLICY_HASH,
  txNum: 0,
  verNum: (before?.verNum ?? 0) + 1,
});

const stamped = (key: string, blockNum: bigint): RankEntry => {
  const { valueHash, policyHash, txNum, verNum } = change(key);
  return { key, valueHash, policyHash, blockNum, txNum, verNum };
};

function refused(act: () => unknown, code: string): void {
  expect(act).toThrow(expect.objectContaining({ code }));
}

describe('the digest of a rank tree', () => {
  it('is the same step by step, built at once and by definition, after every block', () => {
    fc.assert(
      fc.property(histories({ blocks: 20, keys: 30 }), fc.nat(5), (history, lazy) => {
        const [eager, seldom] = [new MemoryPages(), new MemoryPages()];
        play(history, ({ c, block, index, changes, entries }) => {
          const expected = toHex(referenceDigest(entries.values(), c, block));
          const step = committed(eager, c, (editor) => {
            editor.apply(block, changes);
            return toHex(editor.digest());
          });
          committed(seldom, c, (editor) => {
            editor.apply(block, changes);
            if (lazy > 0 && index % lazy === 0) editor.digest();
          });
          expect(step).toBe(expected);
          expect(toHex(new RankEditor(seldom, c).digest())).toBe(expected);
          expect(toHex(builtAtOnce(entries.values(), c, block).digest())).toBe(expected);
        });
      }),
      { numRuns: RUNS },
    );
  });

  it.each([
    [4, 'fc7c9fce73ee8391b498d33c1c6e6720f577c8c7166e857c2530548611223be2'],
    [1024, '906f5023acb88143718356ede802fd882adf5ae3ab19d4e2e9529ed8a349bfe3'],
  ])('keeps its bytes, which another program made of docs/formats.md too: c = %i', (c, expected) => {
    const entry = (
      key: string,
      value: string | null,
      ...[blockNum, txNum, verNum]: [bigint, number, number]
    ) => {
      const valueHash = value === null ? DELETED_VALUE_HASH : sha256(utf8(value));
      const policyHash = key === 'b' ? sha256(utf8('policy')) : NO_POLICY_HASH;
      return { key, valueHash, policyHash, blockNum, txNum, verNum };
    };
    const entries = [
      entry('meta/domain', 'm', 0n, 0, 1),
      entry('a', '1', 1n, 0, 1),
      entry('\u{1f33e}', '2', 1n, 0, 2),
      entry('\uffee', '3', 1n, 0, 2),
      entry('gone', null, 3n, 7, 258),
      entry('b', '4', 4n, 0, 1),
      entry('', '5', 5n, 1, 1),
      entry('late', '6', 1_000_003n, 2 ** 32 - 1, 2 ** 32 - 1),
    ];
    expect(toHex(referenceDigest(entries, c, 1_000_003n))).toBe(expected);
    expect(toHex(builtAtOnce(entries, c, 1_000_003n).digest())).toBe(expected);
  });

  it('does not depend on when the layers were brought up to date, nor do the pages', () => {
    fc.assert(
      fc.property(histories({ blocks: 20, keys: 30 }), (history) => {
        const [eager, seldom] = [new MemoryPages(), new MemoryPages()];
        play(history, ({ c, block, changes }) => {
          for (const pages of [eager, seldom]) {
            committed(pages, c, (editor) => {
              editor.apply(block, changes);
              if (pages === eager) editor.digest();
            });
          }
        });
        committed(seldom, history.c, (editor) => editor.digest());
        expect(contents(seldom)).toEqual(contents(eager));
      }),
      { numRuns: RUNS },
    );
  });

  it('of no entries depends on the height alone', () => {
    const none = (pages: MemoryPages) => toHex(new RankEditor(pages, 2).digest());
    expect(none(new MemoryPages())).toBe(toHex(referenceDigest([], 2, -1n)));
    const pages = new MemoryPages();
    committed(pages, 2, (editor) => editor.apply(1n, [change('a')]));
    committed(pages, 2, (editor) => editor.replace([stamped('a', 1n)], []));
    expect(none(pages)).toBe(toHex(referenceDigest([], 2, 1n)));
    expect([...pages.pages.keys()]).toEqual(['top']);
    for (const height of [2n, 3n, 4n, 5n, 200n, 4001n]) {
      committed(pages, 2, (editor) => editor.apply(height, []));
      expect(none(pages)).toBe(toHex(referenceDigest([], 2, height)));
    }
  });

  it.each([2, 31, 32, 33, 100, 1000, 1024, 1025, 100_000])(
    'is that of its definition where a cycle has %i blocks',
    (c) => {
      const at = (blockNum: bigint) => stamped(`k${blockNum}`, blockNum);
      const length = BigInt(c);
      const blocks = [0n, 1n, length - 1n, length, length + 1n, 2n * length, 3n * length];
      const entries = [...new Set(blocks)].map(at);
      const pages = new MemoryPages();
      const there = new Map<bigint, RankEntry>();
      for (const entry of entries) {
        committed(pages, c, (editor) => editor.apply(entry.blockNum, [change(entry.key)]));
        there.set(entry.blockNum, entry);
        // The definition hashes every place: the longest cycle is compared at its ends alone.
        if (c > 10_000 && entry.blockNum !== length && entry.blockNum !== 3n * length) continue;
        expect(toHex(new RankEditor(pages, c).digest())).toBe(
          toHex(referenceDigest(there.values(), c, entry.blockNum)),
        );
      }
    },
  );

  it('is that of its definition for every number of ranks', () => {
    const pages = new MemoryPages();
    const entries: RankEntry[] = [];
    for (let cycle = 1n; cycle <= 1100n; cycle++) {
      const blockNum = 2n * cycle;
      const isQuiet = cycle % 7n === 3n;
      if (!isQuiet) entries.push(stamped(`k${blockNum}`, blockNum));
      const digest = committed(pages, 2, (editor) => {
        editor.apply(blockNum, isQuiet ? [] : [change(`k${blockNum}`)]);
        return editor.digest();
      });
      const isNearPage = [31n, 63n, 95n, 1023n, 1055n].some((edge) => cycle >= edge && cycle < edge + 4n);
      if (cycle < 10n || cycle % 100n === 0n || isNearPage)
        expect(toHex(digest)).toBe(toHex(referenceDigest(entries, 2, blockNum)));
    }
  });

  it('binds every field of an entry', () => {
    const entry = { ...stamped('a', 5n), txNum: 1, verNum: 2 };
    const others: RankEntry[] = [
      { ...entry, key: 'b' },
      { ...entry, valueHash: sha256() },
      { ...entry, policyHash: sha256() },
      { ...entry, blockNum: 6n },
      { ...entry, txNum: 2 },
      { ...entry, verNum: 3 },
    ];
    const digests = [entry, ...others].map((one) => toHex(builtAtOnce([one], 4, 9n).digest()));
    expect(new Set(digests).size).toBe(7);
    expect(toHex(builtAtOnce([entry], 6, 9n).digest())).not.toBe(digests[0]);
  });
});

describe('a rank tree', () => {
  it('shows each frozen height as it was, while later blocks go on and what is released is removed bit by bit', () => {
    const scenario = fc.tuple(
      histories({ blocks: 20, keys: 20 }),
      fc.array(fc.boolean(), { minLength: 20, maxLength: 20 }),
      fc.nat(19),
      fc.nat(2),
    );
    fc.assert(
      fc.property(scenario, ([history, freezes, released, swept]) => {
        const pages = new MemoryPages();
        const kept = new Map<bigint, RankEntry[]>();
        play(history, ({ c, block, index, changes, entries }) => {
          committed(pages, c, (editor) => {
            editor.apply(block, changes);
            editor.sweep(swept);
            if (freezes[index] !== true) return;
            expect(editor.freeze()).toBe(block);
            kept.set(block, [...entries.values()]);
          });
          if (index === released) {
            committed(pages, c, (editor) => editor.release(block - 1n));
            for (const old of kept.keys()) if (old < block) kept.delete(old);
          }
        });
        for (const [height, then] of kept) {
          const view = new RankView(pages, history.c, height);
          expect(toHex(view.digest)).toBe(toHex(referenceDigest(then, history.c, height)));
          expect(entriesIn(view)).toEqual(then.map(textOf).sort());
        }
        committed(pages, history.c, (editor) => editor.release(2n ** 63n));
        committed(pages, history.c, (editor) => editor.sweep());
        expect(new RankEditor(pages, history.c).unswept).toBe(0);
        expect([...pages.pages.keys()].filter((name) => /^[fl]\//.test(name))).toEqual([]);
      }),
      { numRuns: RUNS },
    );
  });

  it('shows a frozen height to a view that was there before later ones were frozen, until it is released', () => {
    const pages = new MemoryPages();
    committed(pages, 4, (editor) => editor.apply(1n, [change('a'), change('b')]));
    committed(pages, 4, (editor) => editor.freeze());
    const view = new RankView(pages, 4, 1n);
    const then = view.entries(1n);
    committed(pages, 4, (editor) => {
      editor.apply(2n, [change('c')]);
      return editor.freeze();
    });
    committed(pages, 4, (editor) => {
      editor.apply(3n, [change('a', stamped('a', 1n))]);
      return editor.digest();
    });
    expect(view.entries(1n)).toEqual(then);
    expect(view.entries(2n)).toEqual([]);
    refused(() => view.group(2n, 0), 'BAD_REQUEST');
    committed(pages, 4, (editor) => editor.release(1n));
    refused(() => view.entries(0n), 'NOT_FROZEN');
    expect(new RankView(pages, 4, 2n).entries(1n)).toEqual(then);
  });

  it('reads, to bring the layers up to date, no group but those that lost entries, however old they are', () => {
    const pages = new MemoryPages();
    const c = 8;
    const names = Array.from({ length: 64 }, (_, i) => `k${i}`);
    names.forEach((name, i) => {
      committed(pages, c, (editor) => editor.apply(BigInt(i + 1), [change(name), change(`${name}'`)]));
    });
    committed(pages, c, (editor) => editor.digest());
    const read: string[] = [];
    const watched = {
      get: (name: string) => {
        read.push(name);
        return pages.get(name);
      },
    };
    const editor = new RankEditor(watched, c);
    editor.apply(65n, [change('k3', stamped('k3', 4n)), change('k40', stamped('k40', 41n))]);
    editor.digest();
    const groups = read.filter((name) => name.startsWith('g/'));
    expect(new Set(groups)).toEqual(
      new Set([4, 41].map((n) => `g/${n.toString(16).padStart(16, '0')}/${'0'.repeat(16)}`)),
    );
    // Top page, three ranks and the layer over them, and the groups.
    expect(new Set(read).size).toBeLessThan(10);
  });

  it.each([
    ['the last block of the longest cycle', 100_000, 300_000n],
    ['a domain that begins after a million cycles', 2, 2_000_001n],
  ])('takes a first entry in %s for the pages of one path', (_what, c, blockNum) => {
    const pages = new MemoryPages();
    committed(pages, c, (editor) => {
      editor.apply(blockNum, [change('a')]);
      return editor.digest();
    });
    const trees = [...pages.pages].filter(([name]) => /^[ir]\//.test(name));
    expect(trees.length).toBeLessThanOrEqual(6);
    expect(trees.reduce((bytes, [, page]) => bytes + page.length, 0)).toBeLessThan(1500);
    const read: string[] = [];
    const editor = new RankEditor({ get: (name) => (read.push(name), pages.get(name)) }, c);
    editor.apply(blockNum + 1n, [change('b')]);
    editor.digest();
    expect(read.length).toBeLessThan(20);
  });

  it('is brought up to date in steps, the oldest blocks first, and is then as if it had been at once', () => {
    const scenario = fc.tuple(
      histories({ blocks: 20, keys: 30 }),
      fc.infiniteStream(fc.nat(4)),
      fc.array(fc.boolean(), { minLength: 20, maxLength: 20 }),
    );
    fc.assert(
      fc.property(scenario, ([history, steps, freezes]) => {
        const [stepped, once] = [new MemoryPages(), new MemoryPages()];
        let last = -1n;
        const kept = new Map<bigint, string>();
        play(history, ({ c, block, index, changes, entries }) => {
          last = block;
          for (const pages of [stepped, once])
            committed(pages, c, (editor) => {
              editor.apply(block, changes);
              if (freezes[index] !== true || editor.frozen.length >= 3) return;
              editor.freeze();
              kept.set(block, toHex(referenceDigest(entries.values(), c, block)));
            });
          committed(stepped, c, (editor) => {
            const { waiting } = editor;
            const groups = Number(steps.next().value);
            editor.fold(groups);
            expect(editor.waiting).toBeLessThanOrEqual(Math.max(0, waiting - groups));
          });
          expect(toHex(new RankEditor(stepped, c).digest())).toBe(
            toHex(referenceDigest(entries.values(), c, block)),
          );
        });
        for (const pages of [stepped, once]) committed(pages, history.c, (editor) => editor.digest());
        expect(new RankEditor(stepped, history.c).waiting).toBe(0);
        for (const [height, digest] of kept) {
          const view = new RankView(stepped, history.c, height);
          expect(toHex(view.digest)).toBe(digest);
          expect(entriesIn(view)).toEqual(entriesIn(new RankView(once, history.c, height)));
        }
        for (const pages of [stepped, once])
          committed(pages, history.c, (editor) => {
            editor.release(last);
            editor.sweep();
          });
        expect(contents(stepped)).toEqual(contents(once));
      }),
      { numRuns: RUNS },
    );
  });

  it('changes no more groups in a step than it was told, of a block that changed many too', () => {
    const pages = new MemoryPages();
    const names = Array.from({ length: 40 }, (_, i) => `k${i}`);
    names.forEach((name, i) => committed(pages, 16, (editor) => editor.apply(BigInt(i + 1), [change(name)])));
    committed(pages, 16, (editor) => editor.digest());
    committed(pages, 16, (editor) =>
      editor.apply(
        41n,
        names.map((name, i) => change(name, stamped(name, BigInt(i + 1)))),
      ),
    );
    const left: number[] = [];
    for (let step = 0; step < 6; step++) {
      const editor = new RankEditor(pages, 16);
      expect(editor.waiting).toBe(left.at(-1) ?? 41);
      editor.fold(8);
      const groups = editor.writes().filter(({ name }) => name.startsWith('g/'));
      expect(groups.length).toBeLessThanOrEqual(8);
      pages.commit(editor.writes());
      left.push(editor.waiting);
    }
    expect(left).toEqual([33, 25, 17, 9, 1, 0]);
    expect([...pages.pages.keys()].some((name) => name.startsWith('p/'))).toBe(false);
  });

  it('freezes no more than 16 heights, and the next ones once some are released', () => {
    const pages = new MemoryPages();
    const frozen = (from: bigint, to: bigint) => {
      const got: (bigint | null)[] = [];
      for (let blockNum = from; blockNum <= to; blockNum++) {
        committed(pages, 2, (editor) => editor.apply(blockNum, [change(`k${blockNum}`)]));
        got.push(committed(pages, 2, (editor) => editor.freeze()));
      }
      return got;
    };
    expect(frozen(1n, 18n)).toEqual([...Array.from({ length: 16 }, (_, i) => BigInt(i + 1)), null, null]);
    expect(new RankEditor(pages, 2).frozen).toHaveLength(16);
    expect(committed(pages, 2, (editor) => editor.freeze())).toBeNull();
    committed(pages, 2, (editor) => editor.release(3n));
    expect(frozen(19n, 22n)).toEqual([19n, 20n, 21n, null]);
    expect(new RankEditor(pages, 2).frozen.slice(0, 2)).toEqual([4n, 5n]);
    expect(new RankView(pages, 2, 4n).entries(4n)).toHaveLength(1);
  });

  it('folds by itself before what waits becomes too much', () => {
    const pages = new MemoryPages();
    const many = Array.from({ length: 20_001 }, (_, i) => `k${i}`);
    committed(pages, 16, (editor) =>
      editor.apply(
        1n,
        many.map((key) => change(key)),
      ),
    );
    committed(pages, 16, (editor) =>
      editor.apply(
        2n,
        many.map((key) => change(key, stamped(key, 1n))),
      ),
    );
    expect([...pages.pages.keys()].some((name) => name.startsWith('p/'))).toBe(false);
    expect(pages.get('g/0000000000000001/0000000000000000')).toBeNull();
  });

  it('counts entries that were not where they were said to be', () => {
    const pages = new MemoryPages();
    committed(pages, 4, (editor) => editor.apply(1n, [change('a')]));
    const editor = new RankEditor(pages, 4);
    editor.apply(2n, [change('a', { ...stamped('a', 1n), verNum: 7 }), change('b', stamped('b', 0n))]);
    editor.digest();
    expect(editor.strays).toBe(2);
    const late = new RankEditor(pages, 4);
    late.apply(2n, [change('b', stamped('b', 2n ** 40n)), change('c', stamped('c', 3n))]);
    expect(toHex(late.digest())).toBe(
      toHex(
        referenceDigest(
          [stamped('a', 1n), { ...stamped('b', 2n), verNum: 2 }, { ...stamped('c', 2n), verNum: 2 }],
          4,
          2n,
        ),
      ),
    );
    expect(late.strays).toBe(2);
  });

  it('refuses blocks that do not rise, entries of the future and entries that are there already', () => {
    const pages = new MemoryPages();
    committed(pages, 4, (editor) => editor.apply(3n, [change('a')]));
    const editor = () => new RankEditor(pages, 4);
    expect(editor().next).toBe(4n);
    refused(() => editor().apply(3n, []), 'BAD_BLOCK_ORDER');
    refused(() => editor().replace([], [stamped('b', 4n)]), 'BAD_BLOCK_ORDER');
    refused(() => editor().replace([], [stamped('a', 3n)]), 'BAD_GROUP');
    refused(() => new RankEditor(new MemoryPages(), 4).freeze(), 'BAD_BLOCK_ORDER');
    refused(() => new RankView(pages, 4, 3n), 'NOT_FROZEN');
  });

  it('changes nothing before its writes are committed', () => {
    const pages = new MemoryPages();
    committed(pages, 4, (editor) => editor.apply(1n, [change('a')]));
    const before = new Map(pages.pages);
    const editor = new RankEditor(pages, 4);
    editor.apply(2n, [change('a', stamped('a', 1n))]);
    editor.freeze();
    expect(pages.pages).toEqual(before);
  });

  it('that lost a page, or part of one, says so', () => {
    const pages = new MemoryPages();
    committed(pages, 4, (editor) => editor.apply(1n, [change('a'), change('b')]));
    committed(pages, 4, (editor) => editor.freeze());
    committed(pages, 4, (editor) => editor.apply(2n, [change('a', stamped('a', 1n))]));
    const changed = (name: string, harm: (bytes: Uint8Array) => Uint8Array | null) => {
      const damaged = new MemoryPages();
      const bytes = pages.get(name) ?? new Uint8Array();
      expect(bytes).not.toHaveLength(0);
      damaged.commit(Array.from(pages.pages, ([page, whole]) => ({ name: page, bytes: whole })));
      damaged.commit([{ name, bytes: harm(bytes) }]);
      return damaged;
    };
    const without = (name: string, left: number) =>
      changed(name, (bytes) => (left === 0 ? null : bytes.slice(0, left)));
    const flipped = (name: string, at = 40) =>
      changed(name, (bytes) => bytes.map((byte, i) => (i === at ? byte ^ 1 : byte)));
    const longer = (name: string) => changed(name, (bytes) => new Uint8Array([...bytes, 0]));
    const [note, group] = ['p/0000000000000001', 'g/0000000000000001/0000000000000000'];
    const [layer, rank] = ['r/0/0000000000000000', 'i/0000000000000001/0/0000000000000000'];
    for (const damaged of [
      without(note, 0),
      without(note, 20),
      without(note, 60),
      without(group, 0),
      without(group, 3),
      without(group, 60),
      ...[layer, rank].flatMap((name) => [
        without(name, 0),
        without(name, 30),
        longer(name),
        flipped(name, 3),
      ]),
    ]) {
      refused(() => new RankEditor(damaged, 4).digest(), 'RANK_TREE_DAMAGED');
    }
    const lost = without('g/0000000000000002/0000000000000000', 0);
    const loses = new RankEditor(lost, 4);
    loses.apply(3n, [change('a', stamped('a', 2n))]);
    refused(() => loses.digest(), 'RANK_TREE_DAMAGED');
    const view = (damaged: MemoryPages) => new RankView(damaged, 4, 1n);
    for (const name of [layer, rank]) {
      for (const damaged of [without(name, 0), without(name, 30), longer(name), flipped(name)])
        refused(() => view(damaged).node(1n, 0, 0), 'RANK_TREE_DAMAGED');
    }
    for (const damaged of [without(group, 0), without(group, 60), flipped(group)]) {
      refused(() => view(damaged).entries(1n), 'RANK_TREE_DAMAGED');
      refused(() => view(damaged).group(1n, 0), 'RANK_TREE_DAMAGED');
    }
    refused(() => new RankEditor(without('top', 20), 4), 'RANK_TREE_DAMAGED');
    refused(() => new RankEditor(pages, 1), 'BAD_CHECKING_HEIGHT');
    refused(() => new RankEditor(pages, 100_001), 'BAD_CHECKING_HEIGHT');
  });

  it('that lost the list of what was saved for a height, or part of it, says so when the height is released', () => {
    const pages = new MemoryPages();
    committed(pages, 4, (editor) => editor.apply(1n, [change('a'), change('b')]));
    committed(pages, 4, (editor) => editor.freeze());
    committed(pages, 4, (editor) => {
      editor.apply(2n, [change('a', stamped('a', 1n))]);
      return editor.digest();
    });
    const name = 'l/0000000000000001/0000000000000000';
    const list = pages.get(name);
    expect(list).not.toBeNull();
    for (const left of [null, list?.slice(0, 5) ?? null, list?.fill(0xff, 4, 6) ?? null]) {
      pages.commit([{ name, bytes: left }]);
      const editor = new RankEditor(pages, 4);
      editor.release(1n);
      refused(() => editor.sweep(1), 'RANK_TREE_DAMAGED');
    }
  });

  /** A tree of 600 blocks with a key each, frozen, and then all of them changed: what each saved is to be kept. */
  const changedThroughout = () => {
    const pages = new MemoryPages();
    const names = Array.from({ length: 600 }, (_, i) => `k${i}`);
    names.forEach((name, i) => committed(pages, 1024, (editor) => editor.apply(BigInt(i), [change(name)])));
    committed(pages, 1024, (editor) => editor.freeze());
    const changes = names.map((name, i) => change(name, stamped(name, BigInt(i))));
    committed(pages, 1024, (editor) => {
      editor.apply(600n, changes);
      return editor.digest();
    });
    return pages;
  };
  const saved = ({ pages }: MemoryPages) => [...pages.keys()].filter((name) => /^[fl]\//.test(name)).length;

  it('writes its first page alone when a height is released, and removes what was saved for it in steps, over starts too', () => {
    const pages = changedThroughout();
    const release = new RankEditor(pages, 1024);
    release.release(599n);
    expect(release.writes().map(({ name }) => name)).toEqual(['top']);
    pages.commit(release.writes());
    refused(() => new RankView(pages, 1024, 599n), 'NOT_FROZEN');
    let left = saved(pages);
    expect(left).toBeGreaterThan(600);
    for (let steps = new RankEditor(pages, 1024).unswept; steps > 0; steps--) {
      expect(new RankEditor(pages, 1024).unswept).toBe(steps);
      committed(pages, 1024, (editor) => editor.sweep(1));
      expect(left - saved(pages)).toBeLessThanOrEqual(257);
      left = saved(pages);
    }
    expect(left).toBe(0);
  });

  it('is right where a height is released and frozen again before another block', () => {
    const pages = changedThroughout();
    committed(pages, 1024, (editor) => editor.freeze());
    const old = stamped('k1', 600n);
    const entry = { ...old, verNum: 2 };
    committed(pages, 1024, (editor) => editor.replace([entry], []));
    committed(pages, 1024, (editor) => editor.release(600n));
    committed(pages, 1024, (editor) => editor.freeze());
    const then = new RankView(pages, 1024, 600n).entries(600n);
    expect(then.map(({ key }) => key)).not.toContain('k1');
    committed(pages, 1024, (editor) => editor.replace([], [entry]));
    expect(new RankView(pages, 1024, 600n).entries(600n)).toEqual(then);
  });

  it('removes at once what is left of more than 16 released heights', () => {
    const pages = new MemoryPages();
    let before: RankEntry | null = null;
    for (let blockNum = 1n; blockNum <= 60n; blockNum++) {
      committed(pages, 4, (editor) => {
        editor.apply(blockNum, [change('a', before)]);
        editor.freeze();
        editor.release(blockNum - 1n);
      });
      before = { ...stamped('a', blockNum), verNum: Number(blockNum) };
    }
    expect(new RankEditor(pages, 4).unswept).toBe(16);
    expect([...pages.pages.keys()].filter((name) => name.startsWith('l/'))).toHaveLength(16);
  });

  it('stays where it was when a block is refused', () => {
    const editor = new RankEditor(new MemoryPages(), 4);
    refused(() => editor.apply(1n, [{ ...change('a'), verNum: 0 }]), 'BAD_GROUP');
    expect([editor.next, editor.writes()]).toEqual([0n, []]);
  });

  it('writes nothing where nothing changed', () => {
    const pages = new MemoryPages();
    committed(pages, 4, (editor) => editor.apply(1n, [change('a')]));
    committed(pages, 4, (editor) => editor.freeze());
    const editor = new RankEditor(pages, 4);
    editor.digest();
    editor.fold(5);
    editor.replace([], []);
    editor.freeze();
    editor.release(0n);
    expect(editor.writes()).toEqual([]);
  });
});

function entriesIn(view: RankView): string[] {
  const blocks = Array.from({ length: Number(view.block) + 1 }, (_, blockNum) => BigInt(blockNum));
  return blocks.flatMap((blockNum) => view.entries(blockNum).map(textOf)).sort();
}

function textOf({ key, valueHash, policyHash, blockNum, txNum, verNum }: RankEntry): string {
  return [JSON.stringify(key), toHex(valueHash), toHex(policyHash), blockNum, txNum, verNum].join(' ');
}

function contents({ pages }: MemoryPages): string[] {
  return Array.from(pages, ([name, bytes]) => `${name} ${toHex(bytes)}`).sort();
}
