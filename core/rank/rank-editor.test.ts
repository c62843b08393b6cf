import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { toHex, utf8 } from '../bytes/bytes.js';
import { sha256 } from '../hash.js';
import { DELETED_VALUE_HASH, type RankEntry } from './entry.js';
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
  txNum: 0,
  verNum: (before?.verNum ?? 0) + 1,
});

const stamped = (key: string, blockNum: bigint): RankEntry => {
  const { valueHash, txNum, verNum } = change(key);
  return { key, valueHash, blockNum, txNum, verNum };
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
          const expected = toHex(referenceDigest(entries.values(), c));
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
    [4, '1de17ffee5ff62c6219219fc717c898534e49dceba369e6056a4703a101d9c60'],
    [1024, '07270c4199e1e305b3cb41024c1f419cd50f4568b802486ed8a416e4703354bb'],
  ])('keeps its bytes, which another program made of docs/formats.md too: c = %i', (c, expected) => {
    const entry = (
      key: string,
      value: string | null,
      ...[blockNum, txNum, verNum]: [bigint, number, number]
    ) => {
      const valueHash = value === null ? DELETED_VALUE_HASH : sha256(utf8(value));
      return { key, valueHash, blockNum, txNum, verNum };
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
    expect(toHex(referenceDigest(entries, c))).toBe(expected);
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

  it('of no entries is that of no ranks', () => {
    const none = toHex(referenceDigest([], 2));
    expect(none).toBe('61f85d5db1d143624b60fefa831a7cb0a1e6a67500893f88864a45b297045efa');
    expect(toHex(new RankEditor(new MemoryPages(), 2).digest())).toBe(none);
    const pages = new MemoryPages();
    committed(pages, 2, (editor) => editor.apply(1n, [change('a')]));
    committed(pages, 2, (editor) => editor.replace([stamped('a', 1n)], []));
    expect(toHex(new RankEditor(pages, 2).digest())).toBe(none);
    expect([...pages.pages.keys()]).toEqual(['top']);
  });

  it('binds every field of an entry', () => {
    const entry = { ...stamped('a', 5n), txNum: 1, verNum: 2 };
    const others: RankEntry[] = [
      { ...entry, key: 'b' },
      { ...entry, valueHash: sha256() },
      { ...entry, blockNum: 6n },
      { ...entry, txNum: 2 },
      { ...entry, verNum: 3 },
    ];
    const digests = [entry, ...others].map((one) => toHex(builtAtOnce([one], 4, 9n).digest()));
    expect(new Set(digests).size).toBe(6);
    expect(toHex(builtAtOnce([entry], 6, 9n).digest())).not.toBe(digests[0]);
  });
});

describe('a rank tree', () => {
  it('shows each frozen height as it was, while later blocks go on', () => {
    const scenario = fc.tuple(
      histories({ blocks: 20, keys: 20 }),
      fc.array(fc.boolean(), { minLength: 20, maxLength: 20 }),
      fc.nat(19),
    );
    fc.assert(
      fc.property(scenario, ([history, freezes, released]) => {
        const pages = new MemoryPages();
        const kept = new Map<bigint, RankEntry[]>();
        play(history, ({ c, block, index, changes, entries }) => {
          committed(pages, c, (editor) => {
            editor.apply(block, changes);
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
          expect(toHex(view.digest)).toBe(toHex(referenceDigest(then, history.c)));
          expect(entriesIn(view)).toEqual(then.map(textOf).sort());
        }
        committed(pages, history.c, (editor) => editor.release(2n ** 63n));
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

  it('reads, to bring the layers up to date, no group but those that lost entries', () => {
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
    expect(new Set(read).size).toBeLessThan(10);
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
    const flipped = (name: string) =>
      changed(name, (bytes) => bytes.map((byte, i) => (i === 40 ? byte ^ 1 : byte)));
    const layer = 'i/0000000000000001/0000000000000000';
    for (const damaged of [
      without('p/0000000000000002', 0),
      without('p/0000000000000002', 20),
      without('p/0000000000000002', 60),
      without('g/0000000000000001/0000000000000000', 0),
      without('g/0000000000000001/0000000000000000', 60),
      without(layer, 30),
    ]) {
      refused(() => new RankEditor(damaged, 4).digest(), 'RANK_TREE_DAMAGED');
    }
    const lost = without('g/0000000000000002/0000000000000000', 0);
    const loses = new RankEditor(lost, 4);
    loses.apply(3n, [change('a', stamped('a', 2n))]);
    refused(() => loses.digest(), 'RANK_TREE_DAMAGED');
    const view = (damaged: MemoryPages) => new RankView(damaged, 4, 1n);
    const [ranks, group] = ['r/0000000000000000', 'g/0000000000000001/0000000000000000'];
    for (const damaged of [without(ranks, 0), without(ranks, 30), flipped(ranks)])
      refused(() => view(damaged).layer('ranks'), 'RANK_TREE_DAMAGED');
    for (const damaged of [without(layer, 0), without(layer, 30), flipped(layer)])
      refused(() => view(damaged).layer(1n), 'RANK_TREE_DAMAGED');
    for (const damaged of [without(group, 0), without(group, 60), flipped(group)]) {
      refused(() => view(damaged).entries(1n), 'RANK_TREE_DAMAGED');
      refused(() => view(damaged).group(1n, 0), 'RANK_TREE_DAMAGED');
    }
    refused(() => new RankEditor(without('top', 20), 4), 'RANK_TREE_DAMAGED');
    refused(() => new RankEditor(pages, 1), 'BAD_CHECKING_HEIGHT');
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
      refused(() => new RankEditor(pages, 4).release(1n), 'RANK_TREE_DAMAGED');
    }
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
    editor.freeze();
    editor.release(0n);
    expect(editor.writes()).toEqual([]);
  });
});

function entriesIn(view: RankView): string[] {
  const groups = view.layer('ranks').records.flatMap(({ id }) => view.layer(id).records);
  return groups.flatMap(({ id }) => view.entries(id).map(textOf)).sort();
}

function textOf({ key, valueHash, blockNum, txNum, verNum }: RankEntry): string {
  return [JSON.stringify(key), toHex(valueHash), blockNum, txNum, verNum].join(' ');
}

function contents({ pages }: MemoryPages): string[] {
  return Array.from(pages, ([name, bytes]) => `${name} ${toHex(bytes)}`).sort();
}
