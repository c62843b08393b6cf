import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { compareBytes, concat, toHex, utf8 } from '../bytes/bytes.js';
import { lp, u16, u32, u64 } from '../bytes/codec.js';
import { MAX_TREE_SIZE } from '../merkle/hashing.js';
import { MerkleTree } from '../merkle/tree.js';
import { errorOf } from '../testing/error-of.js';
import { MAX_TRIE_VALUE } from '../trie/limits.js';
import { encodeEventLeaf, type TraceEvent } from './event-leaf.js';
import {
  decodeHead,
  encodeHead,
  extendHead,
  isFull,
  MAX_HEAD_ORGANISATIONS,
  SHARED_TREE,
  treeOf,
  type EventTree,
  type TraceHead,
} from './head.js';
import { peakPlaces, rootOfPeaks } from '../merkle/peaks.js';
import { exampleEvent, headOf, someEvent, someEvents } from './testing/examples.js';

const RUNS = process.env['CI_DEEP'] === '1' ? 10_000 : 100;
const HASH = new Uint8Array(32).fill(7);

/** A head by its definition: the events by organisation, each with the whole tree over its own. */
function naiveHead(events: readonly TraceEvent[]): unknown {
  const mspIds = [...new Set(events.map(({ mspId }) => mspId))];
  return mspIds
    .sort((a, b) => compareBytes(utf8(a), utf8(b)))
    .map((mspId) => {
      const own = events.filter((event) => event.mspId === mspId);
      const last = own.at(-1);
      const root = toHex(new MerkleTree(own.map(encodeEventLeaf)).root);
      return { mspId, count: own.length, lastBlock: last?.blockNum, lastTx: last?.txNum, root };
    });
}

function rooted(head: TraceHead): unknown {
  return head.map(({ peaks, ...rest }) => ({ ...rest, root: toHex(rootOfPeaks(peaks)) }));
}

function treeOfCount(mspId: string, count: number): EventTree {
  return { mspId, count, lastBlock: 9n, lastTx: 1, peaks: peakPlaces(count).map(() => HASH) };
}

/** An MSP id of 255 bytes for each `i`. */
const longId = (i: number): string => String(i).padStart(255, '0');

/** The head's bytes with nothing checked. */
function bytesOf(trees: readonly EventTree[], length = trees.length): Uint8Array {
  return concat(
    u16(length),
    ...trees.map(({ mspId, count, lastBlock, lastTx, peaks }) =>
      concat(lp(mspId), u32(count), u64(lastBlock), u32(lastTx), ...peaks),
    ),
  );
}

describe('the head of a trace', () => {
  it('after each event is what the trees over all events say, for each organisation', () => {
    const events = someEvents(60, 3);
    events.reduce<TraceHead | null>((before, event, i) => {
      const head = extendHead(before, event);
      expect(rooted(head)).toEqual(naiveHead(events.slice(0, i + 1)));
      return head;
    }, null);
  });

  it('is a function of the head before and the event, and reads as what was written', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(4), { minLength: 1, maxLength: 60 }), (organisations) => {
        const ids = ['Org1MSP', 'Org2MSP', '\ufffd', '\u{10000}', 'a'];
        const events = organisations.map((o, i) => ({ ...someEvent(i, 1), mspId: ids[o] ?? 'a' }));
        let stored: Uint8Array | null = null;
        for (const event of events) {
          stored = encodeHead(extendHead(stored === null ? null : decodeHead(stored), event));
        }
        expect(stored).toEqual(encodeHead(headOf(events)));
        expect(rooted(headOf(events))).toEqual(naiveHead(events));
      }),
      { numRuns: RUNS },
    );
  });

  it('of one event has 61 bytes, and 32 more for each bit of a count', () => {
    expect(encodeHead(headOf(someEvents(1)))).toHaveLength(2 + (4 + 7) + 16 + 32);
    expect(encodeHead(headOf(someEvents(14)))).toHaveLength(2 + (4 + 7) + 16 + 3 * 32);
  });

  it('refuses an event of an earlier transaction, whoever made it', () => {
    const head = headOf(someEvents(10, 2));
    for (const mspId of ['Org0MSP', 'Org1MSP', 'Org9MSP']) {
      expect(errorOf(() => extendHead(head, { ...someEvent(2, 1), mspId })).code).toBe('BAD_EVENT_ORDER');
    }
  });

  it('stops growing at 2^32-1 events, and its count says so', () => {
    const almost = [treeOfCount('Org1MSP', MAX_TREE_SIZE - 1)];
    expect(almost.some(isFull)).toBe(false);
    const full = extendHead(almost, { ...exampleEvent, mspId: 'Org1MSP' });
    expect(full[0]).toMatchObject({ count: MAX_TREE_SIZE, lastBlock: exampleEvent.blockNum });
    expect(full.some(isFull)).toBe(true);
    const later = { ...exampleEvent, blockNum: exampleEvent.blockNum + 1n };
    expect(extendHead(full, later)).toEqual(full);
    expect(decodeHead(encodeHead(full))).toEqual(full);
    // Others' trees still grow.
    const grown = extendHead(full, { ...later, mspId: 'Org2MSP' });
    expect(grown.map(({ count }) => count)).toEqual([MAX_TREE_SIZE, 1]);
  });
});

describe('a head of many organisations', () => {
  const named = Array.from({ length: MAX_HEAD_ORGANISATIONS }, (_, i) => treeOfCount(longId(i), 1));
  const event = (mspId: string): TraceEvent => ({ ...exampleEvent, mspId });

  it('counts those that came later in one tree that they share', () => {
    let head: TraceHead = named;
    for (const mspId of ['Late1MSP', 'Late2MSP', longId(3), 'Late1MSP'])
      head = extendHead(head, event(mspId));
    expect(head.map(({ count }) => count).filter((count) => count > 1)).toEqual([3, 2]);
    expect(head[0]?.mspId).toBe(SHARED_TREE);
    expect(treeOf(head, 'Late2MSP')).toBe(head[0]);
    expect(treeOf(head, longId(3))?.mspId).toBe(longId(3));
    expect(treeOf(named, 'Late1MSP')).toBeNull();
    expect(decodeHead(encodeHead(head))).toEqual(head);
  });

  it('always fits the trie', () => {
    const largest = [SHARED_TREE, ...named.map(({ mspId }) => mspId)].map((mspId) =>
      treeOfCount(mspId, MAX_TREE_SIZE),
    );
    const bytes = encodeHead(largest);
    expect(bytes).toHaveLength(63_398);
    expect(bytes.length).toBeLessThanOrEqual(MAX_TRIE_VALUE);
    expect(decodeHead(bytes)).toEqual(largest);
  });
});

describe('the bytes of a head', () => {
  it('are refused at every other length', () => {
    const bytes = encodeHead(headOf(someEvents(14, 2)));
    for (let length = 0; length < bytes.length; length++) {
      expect(errorOf(() => decodeHead(bytes.subarray(0, length))).code).toBe('TRUNCATED');
    }
    expect(errorOf(() => decodeHead(concat(bytes, Uint8Array.of(0)))).code).toBe('TRAILING_BYTES');
  });

  const one = treeOfCount('Org1MSP', 5);
  const two = treeOfCount('Org2MSP', 2);
  const many = Array.from({ length: MAX_HEAD_ORGANISATIONS }, (_, i) => treeOfCount(longId(i), 1));
  it.each<[string, string, Uint8Array]>([
    ['no tree', 'BAD_TRACE_HEAD', bytesOf([])],
    ['a tree without events', 'BAD_TREE_SIZE', bytesOf([{ ...one, count: 0, peaks: [] }])],
    ['a peak too many (row 13)', 'TRAILING_BYTES', bytesOf([{ ...one, peaks: [...one.peaks, HASH] }])],
    ['a peak too few (row 13)', 'TRUNCATED', bytesOf([{ ...one, peaks: one.peaks.slice(1) }])],
    [
      'a count of six with the peaks of seven (row 13)',
      'TRAILING_BYTES',
      bytesOf([{ ...treeOfCount('a', 7), count: 6 }]),
    ],
    ['more trees than it names', 'TRAILING_BYTES', bytesOf([one, two], 1)],
    ['fewer trees than it names', 'TRUNCATED', bytesOf([one, two], 3)],
    ['trees in another order', 'BAD_TRACE_HEAD', bytesOf([two, one])],
    ['a tree twice', 'BAD_TRACE_HEAD', bytesOf([one, one])],
    ['a shared tree where there is room', 'BAD_TRACE_HEAD', bytesOf([treeOfCount(SHARED_TREE, 1), one])],
    ['a tree too many', 'BAD_TRACE_HEAD', bytesOf([...many, treeOfCount('1', 1)])],
    ['an MSP id of 256 bytes', 'TOO_LONG', bytesOf([treeOfCount('a'.repeat(256), 1)])],
  ])('are refused with %s', (_what, code, bytes) => {
    expect(errorOf(() => decodeHead(bytes)).code).toBe(code);
  });

  it('are not written of what could not be read', () => {
    const refused: readonly [TraceHead, string][] = [
      [[], 'BAD_TRACE_HEAD'],
      [[{ ...one, peaks: [] }], 'BAD_TRACE_HEAD'],
      [[two, one], 'BAD_TRACE_HEAD'],
      [[{ ...one, peaks: one.peaks.map(() => HASH.subarray(1)) }], 'BAD_HASH_LENGTH'],
      [[{ ...one, lastTx: 2 ** 32 }], 'OUT_OF_RANGE'],
      [[treeOfCount('é'.repeat(128), 1)], 'BAD_NAME'],
    ];
    for (const [head, code] of refused) expect(errorOf(() => encodeHead(head)).code).toBe(code);
  });
});
