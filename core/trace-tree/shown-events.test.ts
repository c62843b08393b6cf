import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { concat } from '../bytes/bytes.js';
import { isCotraceError } from '../errors.js';
import { leafHash, MAX_TREE_SIZE } from '../merkle/hashing.js';
import { MerkleTree } from '../merkle/tree.js';
import { errorOf } from '../testing/error-of.js';
import { encodeEventLeaf, type TraceEvent } from './event-leaf.js';
import { extendHead, isFull, MAX_HEAD_ORGANISATIONS, SHARED_TREE, type TraceHead } from './head.js';
import { eventPath, newestIndices } from './paths.js';
import { peakPlaces } from '../merkle/peaks.js';
import { verifyEvents, type ShownEvent, type ShownEvents } from './shown-events.js';
import { exampleEvent, headOf, nodesOf, someEvents, TRACE_ID } from './testing/examples.js';

const RUNS = process.env['CI_DEEP'] === '1' ? 10_000 : 100;
const COUNT = 13;
const events = someEvents(COUNT);
const head = headOf(events);
const mspId = 'Org0MSP';

/** Events of one organisation as an honest prover shows them: those at `shown` open, those at `hidden` by their hash. */
function page(
  all: readonly TraceEvent[],
  shown: readonly number[],
  hidden: readonly number[] = [],
): ShownEvents {
  const indices = [...shown, ...hidden].sort((a, b) => a - b);
  const list = indices.map((index): ShownEvent => {
    const leaf = encodeEventLeaf(all[index] ?? exampleEvent);
    return hidden.includes(index) ? { index, hidden: leafHash(leaf) } : { index, leaf };
  });
  return { mspId, events: list, path: eventPath(all.length, indices, nodesOf(all)) };
}

function codeOf(shown: ShownEvents, under = head, traceId = TRACE_ID): string {
  return errorOf(() => verifyEvents(traceId, under, shown)).code;
}

/** `shown` with the event at place `at` of its list replaced. */
function replaced(shown: ShownEvents, at: number, event: ShownEvent): ShownEvents {
  return { ...shown, events: shown.events.map((before, i) => (i === at ? event : before)) };
}

const everything = Array.from({ length: COUNT }, (_, i) => i);
const leafOf = (index: number): Uint8Array => encodeEventLeaf(events[index] ?? exampleEvent);

describe('events shown under a head', () => {
  it('are those of the trace, whichever are shown and hidden', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 60 }),
        fc.array(fc.constantFrom('shown', 'hidden', 'left out'), { minLength: 60, maxLength: 60 }),
        (count, ways) => {
          const all = someEvents(count);
          const those = (way: string): number[] => all.flatMap((_, i) => (ways[i] === way ? [i] : []));
          const read = verifyEvents(TRACE_ID, headOf(all), page(all, those('shown'), those('hidden')));
          const wanted = all.flatMap((event, i) =>
            ways[i] === 'left out' ? [] : [ways[i] === 'shown' ? event : null],
          );
          expect(read).toEqual(wanted);
        },
      ),
      { numRuns: RUNS },
    );
  });

  it('may be none: the head alone says how many there are', () => {
    expect(verifyEvents(TRACE_ID, head, { mspId, events: [], path: new Uint8Array() })).toEqual([]);
  });

  it('are of each organisation in its own tree', () => {
    const mixed = someEvents(24, 3);
    for (const [i, tree] of headOf(mixed).entries()) {
      const own = mixed.filter((event) => event.mspId === tree.mspId);
      const shown = { ...page(own, newestIndices(own.length, 3)), mspId: tree.mspId };
      expect(verifyEvents(TRACE_ID, headOf(mixed), shown)).toEqual(own.slice(-3));
      const other = headOf(mixed)[(i + 1) % 3]?.mspId ?? '';
      expect(codeOf({ ...shown, mspId: other }, headOf(mixed))).toBe('WRONG_ORGANISATION');
    }
  });

  it('are nothing else after any change: 1 bit of a leaf, a hash or the path, or an index', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.nat(COUNT - 1), { minLength: 1 }),
        fc.uniqueArray(fc.nat(COUNT - 1)),
        fc.nat(),
        fc.nat(7),
        fc.integer({ min: 1, max: COUNT }),
        (shown, others, at, bit, shift) => {
          const hidden = others.filter((index) => !shown.includes(index));
          const honest = page(events, shown, hidden);
          const flip = (bytes: Uint8Array): Uint8Array =>
            bytes.map((byte, i) => (i === at % bytes.length ? byte ^ (1 << bit) : byte));
          const place = at % honest.events.length;
          const event = honest.events[place] ?? { index: 0, leaf: leafOf(0) };
          const bent =
            'leaf' in event ? { ...event, leaf: flip(event.leaf) } : { ...event, hidden: flip(event.hidden) };
          const forged = [
            replaced(honest, place, bent),
            replaced(honest, place, { ...event, index: event.index + shift }),
            replaced(honest, place, { ...event, index: event.index - shift }),
            ...(honest.path.length === 0 ? [] : [{ ...honest, path: flip(honest.path) }]),
          ];
          for (const forgery of forged) {
            let accepted = true;
            try {
              verifyEvents(TRACE_ID, head, forgery);
            } catch (error) {
              accepted = !isCotraceError(error);
            }
            expect(accepted).toBe(false);
          }
        },
      ),
      { numRuns: RUNS },
    );
  });
});

describe('a forged proof of events', () => {
  it('is refused with an event twice (row 11)', () => {
    const honest = page(events, everything);
    const first = honest.events[0] ?? { index: 0, leaf: leafOf(0) };
    expect(codeOf({ ...honest, events: [first, ...honest.events] })).toBe('EVENT_ORDER');
    expect(codeOf(replaced(honest, 1, { index: 1, leaf: leafOf(0) }))).toBe('EVENT_ORDER');
    const hidden = page(events, [], everything);
    const [one] = hidden.events;
    if (one === undefined) throw new Error('an event');
    expect(codeOf({ ...hidden, events: [one, ...hidden.events] })).toBe('BAD_LEAF_INDEX');
  });

  it('is refused with one transaction for two events, even under a head that counts it so (row 11)', () => {
    const [first] = events;
    if (first === undefined) throw new Error('an event');
    const doubled = [first, first];
    expect(codeOf(page(doubled, [0, 1]), headOf(doubled))).toBe('EVENT_ORDER');
  });

  it('is refused with events out of order (row 11)', () => {
    const honest = page(events, [3, 7]);
    expect(codeOf({ ...honest, events: honest.events.toReversed() })).toBe('EVENT_ORDER');
    const swapped = [
      { index: 3, leaf: leafOf(7) },
      { index: 7, leaf: leafOf(3) },
    ];
    expect(codeOf({ ...honest, events: swapped })).toBe('EVENT_ORDER');
  });

  it('cannot show a full head to be complete (row 12)', () => {
    const peaks = peakPlaces(MAX_TREE_SIZE).map(() => new Uint8Array(32));
    const full: TraceHead = [{ mspId, count: MAX_TREE_SIZE, lastBlock: 1n, lastTx: 0, peaks }];
    expect(full.every(isFull)).toBe(true);
    expect(extendHead(full, { ...exampleEvent, mspId })).toEqual(full);
    const beyond = { mspId, events: [{ index: MAX_TREE_SIZE, hidden: new Uint8Array(32) }] };
    expect(codeOf({ ...beyond, path: new Uint8Array(32 * 32) }, full)).toBe('BAD_LEAF_INDEX');
  });

  it('is refused with the newest events left out, or one invented (row 13)', () => {
    const older = page(events.slice(0, COUNT - 1), newestIndices(COUNT - 1, COUNT - 1));
    expect(codeOf(older)).toBe('BAD_PROOF_LENGTH');
    const grown = someEvents(COUNT + 1);
    expect(codeOf(page(grown, newestIndices(COUNT + 1, 2)))).toBe('BAD_LEAF_INDEX');
    expect(codeOf(page(grown, [], newestIndices(COUNT + 1, 2)))).toBe('BAD_LEAF_INDEX');
    // Of 12 as of 13 events the first needs four hashes.
    expect(codeOf(page(events.slice(0, 12), [0]))).toBe('ROOT_MISMATCH');
  });

  it('is refused with an inner node for an event, hidden or shown (row 14)', () => {
    const nodes = nodesOf(events);
    const inner = nodes({ level: 1, position: 2 });
    const honest = page(events, [], [4]);
    expect(codeOf(replaced(honest, 0, { index: 4, hidden: inner }))).toBe('ROOT_MISMATCH');
    const shorter = { ...honest, path: honest.path.subarray(32) };
    expect(codeOf(replaced(shorter, 0, { index: 4, hidden: inner }))).toBe('BAD_PROOF_LENGTH');
    expect(codeOf(replaced(shorter, 0, { index: 2, hidden: inner }))).toBe('BAD_PROOF_LENGTH');
    const preimage = concat(nodes({ level: 0, position: 4 }), nodes({ level: 0, position: 5 }));
    expect(codeOf(replaced(honest, 0, { index: 4, leaf: preimage }))).toBe('BAD_TAG');
  });

  it('is refused with a hidden event swapped for another (row 15)', () => {
    const honest = page(events, [], everything);
    const other = { index: 4, hidden: leafHash(leafOf(5)) };
    expect(codeOf(replaced(honest, 4, other))).toBe('ROOT_MISMATCH');
  });

  it('is refused with the events of another trace, whose head it shows (row 15)', () => {
    expect(codeOf(page(events, [0, 1]), head, `${TRACE_ID}X`)).toBe('WRONG_TRACE');
    const foreign = events.map((event) => ({ ...event, key: 'trace/other' }));
    expect(codeOf(page(foreign, [2]), headOf(foreign))).toBe('WRONG_TRACE');
    expect(
      codeOf(replaced(page(events, [2]), 0, { index: 2, leaf: encodeEventLeaf(foreign[2] ?? exampleEvent) })),
    ).toBe('WRONG_TRACE');
  });

  it('is refused with a mark whose key only begins with the TraceID (row 15)', () => {
    const id = '0'.repeat(64);
    const longer = events.map((event) => ({ ...event, key: `mark/${TRACE_ID} ${id} ${id}` }));
    expect(codeOf(page(longer, [0]), headOf(longer))).toBe('WRONG_TRACE');
  });

  it('is refused with an event at another place of the chain (row 15)', () => {
    const late = {
      index: COUNT - 1,
      leaf: encodeEventLeaf({ ...(events[COUNT - 1] ?? exampleEvent), txNum: 9 }),
    };
    expect(codeOf(replaced(page(events, [COUNT - 1]), 0, late))).toBe('EVENT_ORDER');
    const early = { index: 3, leaf: encodeEventLeaf({ ...(events[3] ?? exampleEvent), blockNum: 0n }) };
    expect(codeOf(replaced(page(events, [3]), 0, early))).toBe('ROOT_MISMATCH');
    const beyond = { index: 3, leaf: encodeEventLeaf({ ...(events[3] ?? exampleEvent), blockNum: 99n }) };
    expect(codeOf(replaced(page(events, [3]), 0, beyond))).toBe('EVENT_ORDER');
  });

  it('is refused where its last event is before the last place of the head (row 15)', () => {
    const moved = head.map((tree) => ({ ...tree, lastTx: tree.lastTx + 1 }));
    expect(verifyEvents(TRACE_ID, moved, page(events, [COUNT - 2]))).toHaveLength(1);
    expect(codeOf(page(events, [COUNT - 2, COUNT - 1]), moved)).toBe('EVENT_ORDER');
  });

  it('is refused with an organisation that the head does not name', () => {
    expect(codeOf({ ...page(events, [0]), mspId: 'Org1MSP' })).toBe('NO_TREE');
    expect(codeOf({ ...page(events, [0]), mspId: SHARED_TREE })).toBe('NO_TREE');
  });

  it('is refused where the shared tree holds an organisation that has its own', () => {
    const many = Array.from({ length: MAX_HEAD_ORGANISATIONS + 1 }, (_, i) => ({
      ...(events[i % 2] ?? exampleEvent),
      blockNum: BigInt(i),
      txNum: 0,
      mspId: `Org${i}MSP`,
    }));
    const crowded = headOf(many);
    const last = many.slice(-1);
    const shown = { ...page(last, [0]), mspId: SHARED_TREE };
    expect(verifyEvents(TRACE_ID, crowded, shown)).toEqual(last);
    const stolen = last.map((event) => ({ ...event, mspId: 'Org1MSP' }));
    const root = new MerkleTree(stolen.map(encodeEventLeaf)).root;
    const wrong = crowded.map((tree) => (tree.mspId === SHARED_TREE ? { ...tree, peaks: [root] } : tree));
    expect(codeOf({ ...page(stolen, [0]), mspId: SHARED_TREE }, wrong)).toBe('WRONG_ORGANISATION');
  });
});
