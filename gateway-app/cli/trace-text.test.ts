import { describe, expect, it } from '@jest/globals';
import type {
  AnsweredDeclaration,
  AnsweredUnmatched,
  AnsweredEvent,
  AnsweredIdentifier,
  Reason,
  TraceAnswer,
} from '@cotrace/verifier';
import { questionOf } from '../testing/proofs.js';
import { REASON_TEXTS } from './reason-text.js';
import { toText } from './trace-text.js';

const gs1 = (path: string) => `https://id.gs1.org/${path}`;
const DAY = '2026-05-01T08:00:00.000Z';
type Traces = Readonly<Record<string, readonly string[]>>;
type Shown = NonNullable<AnsweredEvent['record']>;

/** An event of processing by Org1MSP whose record names these identifiers, by role. */
function event(
  traces: Traces,
  { change = null, step = 'packing' }: Partial<Pick<Shown, 'change' | 'step'>> = {},
  more: Partial<AnsweredEvent> = {},
): AnsweredEvent {
  return {
    ...{ domain: 'processing', txId: 'ab'.repeat(32), organisation: 'Org1MSP', block: 1n, txNum: 0 },
    ...{ recordId: '', time: DAY, certain: true, because: [], envelope: false },
    record: {
      ...{ step, change, bond: null, eventHash: '', eventID: null, data: {} },
      traces: Object.entries(traces).flatMap(([role, ids]) =>
        ids.map((id) => ({ id, role: role as Shown['traces'][number]['role'], lot: null, amounts: null })),
      ),
    },
    ...more,
  };
}

function identifier(
  traceId: string,
  count: number,
  more: Partial<AnsweredIdentifier> = {},
): AnsweredIdentifier {
  const organisations = count === 0 ? [] : [{ mspId: 'Org1MSP', count, shown: count, full: false }];
  return {
    ...{ traceId, nature: 'lot', organisations, certain: true, because: [], as: ['product'] },
    ...more,
  };
}

const ASIDE: TraceAnswer = {
  question: questionOf('lot'),
  asOf: { block: 7n, unixSeconds: 1_777_622_400n, attestedBy: ['Org1MSP', 'Org2MSP'] },
  tips: null,
  complete: true,
  ...{ incomplete: [], identifiers: [], consulted: [], events: [], containers: [], lots: [], leftOut: [] },
  ...{
    ...{ disputes: [], unmatched: [] },
    foreign: [],
    orphans: [],
    brokenChains: [],
    repeated: [],
    withoutOrigin: [],
    future: [],
    open: [],
  },
  ...{ cut: [], states: [] },
};

const textOf = (more: Partial<TraceAnswer>): string[] =>
  toText({ ...ASIDE, identifiers: [identifier('lot', 1)], events: [event({ subject: ['lot'] })], ...more });
/** Lines between the events and what is proven of them. */
const notesOf = (more: Partial<TraceAnswer>): string[] => textOf(more).slice(5, -2);
/** What the only event is said to be. */
function whatOf(traces: Traces, change: Shown['change'] = null): string | null {
  const [, , , row = ''] = textOf({ events: [event(traces, { change })] });
  return row.split(/ {2,}/)[6] ?? null;
}

describe('the text of a trace', () => {
  it('tells events in the order of the answer, in UTC, with where they are and who recorded them', () => {
    const events = [
      event({ subject: ['lot'] }, {}, { block: 6n, txNum: 2, certain: false, because: ['SAME_TIME'] }),
      event(
        { subject: ['lot'] },
        {},
        { block: 4n, time: '2026-05-02T22:30:00.000Z', organisation: 'Org2MSP' },
      ),
    ];
    const lines = textOf({ events });
    expect(lines.slice(0, 5)).toEqual([
      'lot: 2 events',
      '',
      '   TIME (UTC)        STEP     DOMAIN      BLOCK/TX  BY       WHAT',
      '?  2026-05-01 08:00  packing  processing  6/2       Org1MSP  lot',
      '   2026-05-02 22:30  packing  processing  4/0       Org2MSP  lot',
    ]);
  });

  it.each([
    ['none', 'lot: 1 event'],
    ['up', 'lot: 1 event, upstream included'],
    ['down', 'lot: 1 event, downstream included'],
    ['both', 'lot: 1 event, upstream and downstream included'],
  ] as const)('says what was followed: %s', (direction, first) => {
    expect(textOf({ question: questionOf('lot', direction) })[0]).toBe(first);
  });

  it('tells what became of what', () => {
    expect(whatOf({ output: ['b', 'c'], input: [gs1('01/09521234500018/10/A')] })).toBe(
      'b, c from 01/09521234500018/10/A',
    );
    expect(whatOf({ input: ['a'] })).toBe('from a');
    expect(whatOf({ output: ['b'], input: ['a'], subject: ['c'] })).toBe('b from a; c');
    expect(whatOf({ subject: ['a'], lot: ['l'], process: ['p'] })).toBe('a; of lot l; in process p');
  });

  it('tells what was put where and taken from it by what the record says, not by its data', () => {
    expect(whatOf({ parent: ['pallet'], child: ['a', 'b'] }, 'add')).toBe('a, b in pallet');
    expect(whatOf({ parent: ['pallet'], child: ['a'] }, 'see')).toBe('a in pallet');
    expect(whatOf({ parent: ['pallet'], child: ['a'] }, 'remove')).toBe('a out of pallet');
    expect(whatOf({ parent: ['pallet'] }, 'empty')).toBe('all out of pallet');
    expect(whatOf({ parent: ['order'], subject: ['a'] })).toBe('a; in order');
    expect(whatOf({ child: ['a'] }, 'add')).toBe('a');
  });

  it('says where no more than a row is shown', () => {
    const [, , , row] = textOf({ events: [event({}, {}, { record: null })] });
    expect(row).toMatch(/^ {3}2026-05-01 08:00 {2}\(no step\) .* \(its content is not shown\)$/);
  });

  it('names a few of many identifiers', () => {
    expect(whatOf({ subject: ['a', 'b', 'c', 'd'] })).toBe('a, b, c, d');
    expect(whatOf({ subject: ['a', 'b', 'c', 'd', 'e'] })).toBe('a, b, c, d and 1 more');
    expect(whatOf({ subject: ['a', 'b', 'c', 'd', 'e', 'f'] })).toBe('a, b, c, d and 2 more');
    expect(whatOf({ subject: ['a', 'a'] })).toBe('a');
  });

  it('writes steps as words', () => {
    const steps = ['creating_class_instance', 'https://example.com/steps/hulling', 'urn:x:roasting', null];
    const lines = textOf({ events: steps.map((step) => event({ subject: ['lot'] }, { step })) });
    expect(lines.slice(3, 7).map((line) => line.split(/ {2,}/)[2])).toEqual([
      'creating class instance',
      'hulling',
      'roasting',
      '(no step)',
    ]);
  });
});

describe('what is undecided', () => {
  it('is counted, and each reason says of what, and why', () => {
    const undecided = (because: Reason[], block: bigint) =>
      event({ subject: ['lot'] }, {}, { certain: false, because, block });
    const notes = textOf({
      events: [undecided(['STRANGER', 'BEYOND'], 1n), undecided(['BEYOND'], 2n), event({ subject: ['lot'] })],
      identifiers: [identifier('lot', 3), identifier('box', 1, { certain: false, because: ['BEYOND'] })],
    }).slice(7, -2);
    expect(notes).toEqual([
      '? undecided: 2 events, 1 identifier; a recall counts them as affected',
      `? BEYOND, 1/0, 2/0, box: ${REASON_TEXTS.BEYOND}`,
      `? STRANGER, 1/0: ${REASON_TEXTS.STRANGER}`,
      '',
    ]);
  });

  it.each(Object.keys(REASON_TEXTS) as Reason[])('has words for %s', (reason) => {
    const events = [event({ subject: ['lot'] }, {}, { certain: false, because: [reason] })];
    expect(notesOf({ events })).toContain(`? ${reason}, 1/0: ${REASON_TEXTS[reason]}`);
    expect(new Set(Object.values(REASON_TEXTS)).size).toBe(Object.keys(REASON_TEXTS).length);
  });
});

describe('corrections', () => {
  const declaration = (more: Partial<AnsweredDeclaration> = {}): AnsweredDeclaration => ({
    ...{ domain: 'processing', txId: '', organisation: 'Org1MSP', recordId: 'r2', declared: 'r1' },
    ...{ reason: null, declarationTime: null, correctiveEventIDs: [] },
    ...more,
  });
  const events = [event({ subject: ['lot'] }, {}, { recordId: 'r1', block: 3n })];

  it('say who declared what wrong, when, why, and what stands instead', () => {
    const leftOut = [
      declaration(),
      declaration({
        reason: 'urn:epcglobal:cbv:er:incorrect_data',
        declarationTime: '2026-05-04T09:30:00.000Z',
        correctiveEventIDs: ['urn:uuid:1', 'urn:uuid:2'],
      }),
      declaration({ declared: 'other' }),
    ];
    expect(notesOf({ events, leftOut })).toEqual([
      'Org1MSP declared wrong: packing of 2026-05-01 08:00 (3/0)',
      'Org1MSP declared wrong: packing of 2026-05-01 08:00 (3/0) (2026-05-04 09:30, incorrect data); corrected by urn:uuid:1, urn:uuid:2',
      'Org1MSP declared wrong: an event that is not shown',
    ]);
  });

  it('of others change nothing, and say so', () => {
    expect(notesOf({ events, disputes: [declaration({ organisation: 'Org3MSP' })] })).toEqual([
      'Org3MSP disputes packing of 2026-05-01 08:00 (3/0); it did not record the event, so this changes nothing',
    ]);
  });
});

describe('declarations of what is not recorded', () => {
  const unmatched = (eventHash: string, eventID: string | null): AnsweredUnmatched => ({
    ...{ domain: 'processing', txId: '', organisation: 'Org1MSP', recordId: 'r2', eventHash, eventID },
    ...{ reason: 'did_not_occur', declarationTime: null, correctiveEventIDs: [] },
  });
  const told = event({ subject: ['lot'] }, {}, { recordId: 'r1', block: 3n });
  const events = [
    { ...told, record: told.record && { ...told.record, eventHash: 'ni:1', eventID: 'urn:uuid:1' } },
  ];

  it('are told, with the event that is not the same', () => {
    const said = notesOf({
      events,
      unmatched: [unmatched('ni:2', null), unmatched('ni:2', 'urn:uuid:1'), unmatched('ni:1', 'urn:uuid:3')],
    });
    const other = 'it is not the same event as packing of 2026-05-01 08:00 (3/0), which has';
    expect(said).toEqual([
      'Org1MSP declared wrong an event that is not recorded: ni:2 (did not occur)',
      `Org1MSP declared wrong an event that is not recorded: urn:uuid:1 (did not occur); ${other} other content`,
      `Org1MSP declared wrong an event that is not recorded: urn:uuid:3 (did not occur); ${other} another id`,
    ]);
  });

  it('are no events, where there is nothing else', () => {
    const text = textOf({ events: [], unmatched: [unmatched('ni:2', 'urn:uuid:1')] });
    expect(text.slice(0, 2)).toEqual([
      'lot: no event, but 1 declaration that one is wrong',
      'Org1MSP declared wrong an event that is not recorded: urn:uuid:1 (did not occur)',
    ]);
  });
});

describe('containers', () => {
  const window = {
    ...{ child: 'lot', bond: 'aggregation' as const, from: DAY, to: null },
    ...{ openedBy: ['Org1MSP'], closedBy: [], undecided: [] },
  };

  it('say what was in them from when to when, who took it out, and what else they held', () => {
    const windows = [
      window,
      { ...window, from: null, to: '2026-05-02T08:00:00.000Z', closedBy: ['Org1MSP', 'Org2MSP'] },
    ];
    const containers = [
      { traceId: 'crate', windows, otherUses: { openings: 1, events: 3 } },
      { traceId: 'box', windows: [], otherUses: { openings: 0, events: 0 } },
    ];
    expect(notesOf({ containers })).toEqual([
      'lot in crate since 2026-05-01 08:00, no unpacking recorded',
      'lot in crate until 2026-05-02 08:00 (Org1MSP, Org2MSP)',
      'crate: 1 other use, 3 events, not shown',
    ]);
  });
});

describe('what a reader should know besides', () => {
  it('has a line each', () => {
    const place = { domain: 'goods', txId: 'cd'.repeat(32), organisation: 'Org1MSP' };
    expect(
      notesOf({
        lots: [{ item: gs1('01/09521234500018/21/7'), lot: gs1('01/09521234500018/10/A') }],
        repeated: [{ traceId: 'one', made: 2, used: 1 }],
        withoutOrigin: ['field'],
        future: ['r1', 'r2'],
        foreign: [{ ...place, traceId: 'lot' }],
        brokenChains: [{ ...place, traceId: 'lot' }],
      }),
    ).toEqual([
      '01/09521234500018/21/7 is of lot 01/09521234500018/10/A',
      'one is one thing, but was made 2 times and used 1 time',
      'no record of origin: field',
      '2 events with a time in the future',
      "not made by Cotrace's contract, and left out: transaction cdcdcdcdcdcd… of lot in goods",
      'broken chain: transaction cdcdcdcdcdcd… of lot in goods does not follow the one before it',
    ]);
  });
});

describe('what has no record of origin', () => {
  it('is not what nobody has recorded, nor what is not all shown, whoever recorded it', () => {
    const withoutOrigin = ['lot', 'box'];
    const open = [{ traceId: 'box', missing: 'events' as const, events: 1 }];
    const identifiers = [identifier('lot', 0), identifier('box', 2)];
    const others = { organisations: [{ mspId: 'Org2MSP', count: 2, shown: 1, full: false }] };
    const notes = textOf({
      withoutOrigin: [...withoutOrigin, 'sack'],
      open,
      identifiers: [...identifiers, identifier('sack', 2, others)],
    });
    expect(notes.filter((line) => line.startsWith('no record of origin'))).toEqual([]);
    expect(notesOf({ withoutOrigin })).toEqual(['no record of origin: lot', 'no record of origin: box']);
  });
});

describe('what is proven', () => {
  const provenOf = (more: Partial<TraceAnswer>) => textOf(more).slice(5);

  it('is up to which block, by whom, when, and that nothing is left out', () => {
    expect(provenOf({})).toEqual([
      'as of block 7, attested by Org1MSP, Org2MSP at 2026-05-01T08:00:00Z; whether it is the newest is not known',
      'complete: every event on the ledger up to that block is shown; none is forged, altered or left out.',
    ]);
  });

  it('has a time as a number where no calendar has it', () => {
    const last = (unixSeconds: bigint) =>
      provenOf({ asOf: { ...ASIDE.asOf, unixSeconds } })[0]?.split(/ at |;/)[1];
    expect(last(253_402_300_799n)).toBe('9999-12-31T23:59:59Z');
    expect(last(253_402_300_800n)).toBe('second 253402300800');
    expect(last(2n ** 64n - 1n)).toBe('second 18446744073709551615');
  });

  it('says whether the ledger has gone on since', () => {
    const tips = (block: bigint) => provenOf({ tips: { ...ASIDE.asOf, block, attestedBy: ['Org3MSP'] } })[0];
    expect(tips(7n)).toMatch(/Z; nothing newer: Org3MSP at 2026-05-01T08:00:00Z$/);
    expect(tips(9n)).toMatch(/Z; the ledger had reached block 9: Org3MSP at 2026-05-01T08:00:00Z$/);
  });

  it('is not complete, with what is missing and why', () => {
    const full = [{ mspId: 'Org1MSP', count: 2 ** 32 - 1, shown: 1, full: true }];
    const lines = provenOf({
      complete: false,
      identifiers: [identifier('lot', 1, { organisations: full })],
      consulted: [{ traceId: 'box', nature: 'instance', organisations: full }],
      open: [
        { traceId: 'a', missing: 'trace', events: 0 },
        { traceId: 'b', missing: 'events', events: 1 },
        { traceId: 'c', missing: 'events', events: 12 },
      ],
      cut: [
        { traceId: 'd', organisation: 'Org2MSP' },
        { traceId: 'e', organisation: null },
      ],
    });
    expect(lines.slice(1)).toEqual([
      'NOT COMPLETE:',
      '- not shown: the events of a',
      '- not shown: 1 event of b',
      '- not shown: 12 events of c',
      '- not followed, since a limit was reached: d, which Org2MSP recorded',
      '- not followed, since a limit was reached: e',
      '- more events than can be counted: lot',
      '- more events than can be counted: box',
    ]);
  });

  it('is complete for the recorders that were asked for alone, with what others recorded besides', () => {
    const question = { ...questionOf('lot'), recorders: ['Org1MSP', 'Org3MSP'] };
    const by = (mspId: string, count: number, shown: number) => ({ mspId, count, shown, full: false });
    const organisations = [by('', 4, 0), by('Org1MSP', 2, 2), by('Org2MSP', 9, 1), by('Org4MSP', 1, 1)];
    const asked = {
      question,
      identifiers: [identifier('lot', 1, { organisations })],
      consulted: [{ traceId: 'box', nature: 'instance' as const, organisations: [by('Org2MSP', 1, 0)] }],
      cut: [{ traceId: 'd', organisation: 'Org2MSP' }],
    };
    const lines = [
      '- not followed, since a limit was reached: d, which Org2MSP recorded',
      '- not asked for, and not shown: 8 events of lot by Org2MSP',
      '- not asked for, and not shown: 1 event of box by Org2MSP',
    ];
    expect(provenOf(asked).slice(1)).toEqual([
      'complete for Org1MSP, Org3MSP alone: every event that they recorded up to that block is shown; none is forged, altered or left out.',
      ...lines,
    ]);
    expect(provenOf({ ...asked, complete: false }).slice(1)).toEqual([
      'NOT COMPLETE for Org1MSP, Org3MSP alone:',
      ...lines,
    ]);
  });

  it('is that there is no record, or how many there are where none is shown', () => {
    expect(textOf({ events: [], identifiers: [identifier('lot', 0)] })).toEqual([
      'no record of lot (a name, neither a URI nor an identifier of GS1)',
      'as of block 7, attested by Org1MSP, Org2MSP at 2026-05-01T08:00:00Z; whether it is the newest is not known',
      expect.stringMatching(/^complete:/),
    ]);
    const none = textOf({ events: [], identifiers: [identifier('lot', 5), identifier('box', 2)] });
    expect(none[0]).toBe('lot: 5 events, none of them shown');
  });
});
