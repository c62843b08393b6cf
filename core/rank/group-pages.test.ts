import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { toHex, utf8 } from '../bytes/bytes.js';
import { sha256 } from '../hash.js';
import { NO_POLICY_HASH, type RankEntry } from './entry.js';
import { encodeGroup } from './group.js';
import { putGroup, readGroup, StoredGroup } from './group-pages.js';
import { groupPage, PageEdit } from './pages.js';
import { MemoryPages } from './testing/memory-pages.js';
import { referenceGroupHash } from './testing/reference.js';

const RUNS = process.env['CI_DEEP'] === '1' ? 10_000 : 100;
const BLOCK = 7n;

const entry = (i: number): RankEntry => ({
  key: `trace/https://id.gs1.org/01/09521234500049/21/${'0'.repeat(i % 40)}${i}`,
  valueHash: sha256(utf8(String(i))),
  policyHash: NO_POLICY_HASH,
  blockNum: BLOCK,
  txNum: Math.floor(i / 3),
  verNum: 1,
});
const entries = (from: number, to: number): RankEntry[] =>
  Array.from({ length: to - from }, (_, i) => entry(from + i));
const places = (group: readonly RankEntry[]) => group.map((one) => ({ ...one, key: utf8(one.key) }));

function stored(group: readonly RankEntry[]): MemoryPages {
  const pages = new MemoryPages();
  const edit = new PageEdit(pages);
  putGroup(edit, BLOCK, encodeGroup(group));
  pages.commit(edit.writes());
  return pages;
}

/** Changes a group; the pages that changed, and the group's hash. */
function changed(pages: MemoryPages, act: (group: StoredGroup) => void) {
  const edit = new PageEdit(pages);
  const group = new StoredGroup(edit, BLOCK);
  act(group);
  const hash = group.write(edit);
  const writes = edit.writes();
  pages.commit(writes);
  return { hash, writes };
}

function refused(act: () => unknown, code: string): void {
  expect(act).toThrow(expect.objectContaining({ code }));
}

describe('a group in pages', () => {
  it('loses exactly the entries that are named, time after time, and its pages with the last', () => {
    const sizes = fc.oneof(fc.integer({ min: 1, max: 10 }), fc.integer({ min: 50, max: 200 }));
    fc.assert(
      fc.property(sizes, fc.infiniteStream(fc.nat(3)), fc.nat(5), (count, turns, strangers) => {
        const pages = stored(entries(0, count));
        const turnOf = entries(0, count).map((one) => ({ one, turn: Number(turns.next().value) }));
        for (let turn = 0; turn < 4; turn++) {
          const leaving = turnOf.filter((other) => other.turn === turn).map(({ one }) => one);
          const staying = turnOf.filter((other) => other.turn > turn).map(({ one }) => one);
          const { hash } = changed(pages, (group) => {
            const others = entries(count, count + strangers);
            expect(group.remove(places([...others, ...leaving]))).toBe(strangers);
          });
          if (staying.length === 0) {
            expect(hash).toBeNull();
            expect(pages.pages.size).toBe(0);
            return;
          }
          expect(toHex(hash ?? sha256())).toBe(toHex(referenceGroupHash(staying)));
          expect(toHex(readGroup(pages, BLOCK) ?? sha256())).toBe(toHex(encodeGroup(staying)));
        }
      }),
      { numRuns: RUNS },
    );
  });

  it('takes entries in wherever they belong, and is as if it had been made with them', () => {
    for (const [count, more] of [
      [1, 1],
      [10, 300],
      [300, 10],
      [300, 300],
    ] as const) {
      const all = entries(0, count + more);
      const late = all.filter((_, i) => i % (count + more) >= count);
      const pages = stored(all.filter((one) => !late.includes(one)));
      const { hash } = changed(pages, (group) => {
        group.remove([]);
        group.add(late);
      });
      expect(toHex(hash ?? sha256())).toBe(toHex(referenceGroupHash(all)));
      expect(new Map(pages.pages)).toEqual(new Map(stored(all).pages));
    }
  });

  it('of any size is changed in as many pages as lose entries', () => {
    for (const count of [50, 500, 5000]) {
      const pages = stored(entries(0, count));
      const { writes } = changed(pages, (group) =>
        group.remove(places([entry(3), entry(4), entry(count - 1)])),
      );
      expect(writes).toHaveLength(2);
      writes.forEach(({ bytes }) => expect(bytes?.length).toBeLessThan(5000));
    }
  });

  it('that lost a page, or part of one, says so', () => {
    const whole = stored(entries(0, 200));
    const harmed = (part: number, bytes: (page: Uint8Array) => Uint8Array | null) => {
      const pages = new MemoryPages();
      pages.commit(Array.from(whole.pages, ([name, page]) => ({ name, bytes: page })));
      const name = groupPage(BLOCK, part);
      pages.commit([{ name, bytes: bytes(pages.get(name) ?? new Uint8Array()) }]);
      return pages;
    };
    const lost = [1, whole.pages.size - 1].map((part) => harmed(part, () => null));
    const cut = [0, 1, whole.pages.size - 1].map((part) => harmed(part, (page) => page.slice(0, -1)));
    const ends = harmed(1, (page) => Uint8Array.from(page).fill(0, 0, 4));
    const endless = harmed(whole.pages.size - 1, (page) => Uint8Array.from(page).fill(1, 3, 4));
    const short = harmed(1, (page) => page.slice(0, 7));
    const miscounted = harmed(1, (page) => page.map((byte, i) => (i === 7 ? byte + 1 : byte)));
    for (const pages of [...lost, ...cut, ends, endless, short, miscounted]) {
      refused(() => new StoredGroup(pages, BLOCK).remove([]), 'RANK_TREE_DAMAGED');
    }
    expect(new StoredGroup(whole, BLOCK).remove([])).toBe(0);
  });
});
