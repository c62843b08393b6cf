import { afterAll, describe, expect, it, jest } from '@jest/globals';
import {
  concat,
  decodeEventLeaf,
  decodeHead,
  encodeEventLeaf,
  encodeHead,
  eventLeafHash,
  eventPath,
  fromHex,
  growthProof,
  isCotraceError,
  lp,
  u32,
  u64,
  utf8,
  verifyEvents,
  verifyGrowth,
  type ShownEvent,
  type TraceEvent,
  type TraceHead,
} from '@cotrace/core';
import { headOf, nodesOf, someEvents, TRACE_ID } from '../../core/trace-tree/testing/examples.js';
import { Chance } from '../../core/trace-id/testing/chance.js';
import { startGoVerifier } from './go-verifier.js';

jest.setTimeout(3_600_000);

const TIMES = process.env['CI_DEEP'] === '1' ? 100_000 : 200;
const BATCH = 1000;
const SEED = Number(process.env['SEED'] ?? 1);

const go = startGoVerifier();
const describeWithGo = go === null ? describe.skip : describe;
afterAll(() => go?.stop());

interface Case {
  readonly question: object;
  readonly here: string;
}

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url');
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

/** Bytes that are no leaf or head: the codes here say how; in the text they are one. */
const MALFORMED: ReadonlySet<string> = new Set([
  ...['BAD_EVENT_LEAF', 'BAD_TAG', 'BAD_TRACE_HEAD', 'BAD_TREE_SIZE', 'BAD_UTF8'],
  ...['TOO_LONG', 'TRAILING_BYTES', 'TRUNCATED'],
]);

const named = (code: string): string => (MALFORMED.has(code) ? 'malformed' : code);

/** What `read` says, or the code with which it refuses. */
function outcome(read: () => unknown): string {
  try {
    return JSON.stringify(read());
  } catch (error) {
    if (isCotraceError(error)) return named(error.code);
    throw error;
  }
}

/** Asks about cases made by chance; returns those that are answered in another way than here. */
async function differences(
  make: (chance: Chance) => Case,
  form: (answer: object) => unknown,
): Promise<unknown[]> {
  const chance = new Chance(SEED);
  const found: unknown[] = [];
  const outcomes = new Set<string>();
  for (let left = TIMES; left > 0; left -= BATCH) {
    const cases = Array.from({ length: Math.min(left, BATCH) }, () => make(chance));
    const answers = (await go?.ask(cases.map(({ question }) => question))) ?? [];
    expect(answers).toHaveLength(cases.length);
    for (const [i, { question, here }] of cases.entries()) {
      const answer = answers[i] ?? {};
      const there = answer.code === undefined ? JSON.stringify(form(answer)) : named(answer.code);
      outcomes.add(here);
      if (here !== there) found.push({ question, here, there, says: answer['message'] });
    }
  }
  // Cases that all end alike would compare nothing.
  expect(outcomes.size).toBeGreaterThan(2);
  return found.slice(0, 5);
}

/** Changes some bytes, seldom the length. */
function damaged(chance: Chance, bytes: Uint8Array): Uint8Array {
  if (chance.once(6)) return bytes.slice(0, chance.below(bytes.length + 1));
  if (chance.once(6)) return Uint8Array.of(...bytes, chance.below(256));
  const copy = Uint8Array.from(bytes);
  for (let times = 1 + chance.below(3); times > 0 && copy.length > 0; times--) {
    copy[chance.below(copy.length)] = chance.below(256);
  }
  return copy;
}

/** A leaf whose names are at the edges of what they may be, or past them. */
function oddLeaf(chance: Chance, { txId, envelopeHash, valueHash }: TraceEvent): Uint8Array {
  const domain = chance.of([
    'goods',
    '',
    '_lifecycle',
    'lscc',
    'a-b',
    'a--b',
    'a'.repeat(128),
    'a'.repeat(129),
  ]);
  const mspId = chance.of(['Org1MSP', '', 'é', 'a'.repeat(255), 'é'.repeat(127), 'é'.repeat(128)]);
  const id = chance.of(['', 'a', 'a'.repeat(512), 'a'.repeat(513)]) + chance.of(['', '\n']);
  const key = chance.of([`trace/${id}`, `mark/${id} ${'a'.repeat(64)}`, `mark/${id} ${'A'.repeat(64)}`, id]);
  return concat(
    concat(utf8('e'), fromHex(txId), u64(BigInt(chance.below(9))), u32(chance.below(9))),
    concat(lp(domain), lp(mspId), envelopeHash, lp(key), valueHash),
  );
}

describeWithGo('trace events as the verifier in Go reads them', () => {
  it('have the leaves that are encoded here, and no others', async () => {
    const found = await differences(
      (chance) => {
        const event = chance.of(someEvents(20));
        const whole = encodeEventLeaf({
          ...event,
          key: chance.of([event.key, 'trace/é', `mark/ ${'0'.repeat(64)}x ${'a'.repeat(64)}`]),
        });
        const leaf = chance.of([whole, damaged(chance, whole), oddLeaf(chance, event)]);
        const here = outcome(() => {
          const read = decodeEventLeaf(leaf);
          return {
            txId: read.txId,
            blockNum: String(read.blockNum),
            txNum: read.txNum,
            domain: read.domain,
            mspId: read.mspId,
            envelopeHash: hex(read.envelopeHash),
            key: read.key,
            valueHash: hex(read.valueHash),
            hash: text(eventLeafHash(read)),
          };
        });
        return { question: { kind: 'event-leaf', leaf: text(leaf) }, here };
      },
      (answer) => {
        const { txId, blockNum, txNum, domain, mspId, envelopeHash, key, valueHash, hash } = answer as Record<
          string,
          unknown
        >;
        return { txId, blockNum, txNum, domain, mspId, envelopeHash, key, valueHash, hash };
      },
    );
    expect(found).toEqual([]);
  });

  it('are tied to a head as here', async () => {
    const found = await differences(shownCase, (answer) => answer);
    expect(found).toEqual([]);
  });

  it('grow as here', async () => {
    const found = await differences(growthCase, (answer) => answer);
    expect(found).toEqual([]);
  });
});

function shownCase(chance: Chance): Case {
  const organisations = chance.of([1, 2, 60]);
  const all = someEvents(1 + chance.below(organisations === 60 ? 150 : 30), organisations);
  const head = headOf(all);
  const { mspId } = chance.of(head);
  const own = all.filter((event) =>
    mspId === '' ? head.every((tree) => tree.mspId !== event.mspId) : event.mspId === mspId,
  );
  const chosen = own.flatMap((event, index) => (chance.once(2) ? [{ event, index }] : []));
  const path = eventPath(
    own.length,
    chosen.map(({ index }) => index),
    nodesOf(own),
  );
  const events = chosen.map(({ event, index }): ShownEvent => {
    const leaf = encodeEventLeaf(event);
    return chance.once(2) ? { index, leaf } : { index, hidden: eventLeafHash(event) };
  });
  const shown = { traceId: TRACE_ID, head: encodeHead(head), mspId, events, path };
  const changed = chance.once(3) ? shown : spoilt(chance, shown, encodeEventLeaf(chance.of(all)));
  const here = outcome(() => {
    const open = verifyEvents(changed.traceId, decodeHead(changed.head), changed);
    return { open: open.filter((event) => event !== null).length };
  });
  const listed = changed.events.map((event) =>
    'leaf' in event
      ? { index: event.index, place: hex(event.leaf) }
      : { index: event.index, hidden: text(event.hidden) },
  );
  const bytes = { head: text(changed.head), path: text(changed.path), events: listed };
  return { question: { kind: 'shown-tree', traceId: changed.traceId, mspId: changed.mspId, ...bytes }, here };
}

interface Shown {
  readonly traceId: string;
  readonly head: Uint8Array;
  readonly mspId: string;
  readonly events: readonly ShownEvent[];
  readonly path: Uint8Array;
}

/** One thing wrong, or perhaps not: chance may put back what was there. */
function spoilt(chance: Chance, shown: Shown, leaf: Uint8Array): Shown {
  const at = chance.below(shown.events.length + 1);
  const replaced = (event: ShownEvent): Shown => ({
    ...shown,
    events: [...shown.events.slice(0, at), event, ...shown.events.slice(at + 1)],
  });
  const index = shown.events[at]?.index ?? chance.below(10);
  return chance.of<() => Shown>([
    () => ({ ...shown, head: damaged(chance, shown.head) }),
    () => ({ ...shown, path: damaged(chance, shown.path) }),
    () => ({ ...shown, traceId: chance.of([TRACE_ID, `${TRACE_ID}1`]) }),
    () => ({ ...shown, mspId: chance.of(['Org0MSP', 'Org1MSP', 'Org59MSP', '', 'Nobody']) }),
    () => ({ ...shown, events: shown.events.filter((_, i) => i !== at) }),
    () => ({ ...shown, events: chance.shuffled(shown.events) }),
    () => replaced({ index, leaf }),
    () => replaced({ index: chance.of([0, 1, 29, 2 ** 32 - 1]), leaf }),
    () => replaced({ index, leaf: damaged(chance, leaf) }),
    () => replaced({ index, hidden: new Uint8Array(32) }),
  ])();
}

function growthCase(chance: Chance): Case {
  const organisations = chance.of([1, 2, 3]);
  const count = 2 + chance.below(60);
  const all = someEvents(count, organisations);
  const newer = headOf(all);
  const older = headOf(all.slice(0, 1 + chance.below(count)));
  const nodes = (mspId: string) => nodesOf(all.filter((event) => event.mspId === mspId));
  const proof = growthProof(older, newer, nodes);
  const heads: [TraceHead, TraceHead] = chance.once(4) ? [newer, older] : [older, newer];
  const [first, second] = chance.once(3) ? [changed(chance, heads[0]), heads[1]] : heads;
  const given = chance.once(4) ? damaged(chance, proof) : proof;
  const here = outcome(() => {
    verifyGrowth(first, second, given);
    return { grew: true };
  });
  const bytes = { older: text(encodeHead(first)), newer: text(encodeHead(second)), proof: text(given) };
  return { question: { kind: 'growth', ...bytes }, here };
}

/** A head with another last place, or another peak. */
function changed(chance: Chance, head: TraceHead): TraceHead {
  const at = chance.below(head.length);
  return head.map((tree, i) => {
    if (i !== at) return tree;
    if (chance.once(2)) return { ...tree, lastTx: (tree.lastTx + chance.of([-1, 1])) >>> 0 };
    const peak = chance.below(tree.peaks.length);
    return {
      ...tree,
      peaks: tree.peaks.map((hash, j) => (j === peak ? damaged(new Chance(1), hash).slice(0, 32) : hash)),
    };
  });
}
