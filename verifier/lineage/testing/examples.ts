import { lineageAndNeeds } from '../lineage.js';
import type { Direction, ShownEvent, ShownTraces } from '../types.js';
import { readHistory, sealed, timeOf, type Told } from './notation.js';
import { asRow } from './showing.js';
import type { Example } from './vectors.js';

type Line = readonly [name: string, history: string, ...questions: string[]];

const LOTS = '1 make a,b of L; 2 X to L';

/** Cases of the design, each with the questions `DIRECTION ID`. */
const CASES: readonly Line[] = [
  ['11', '1 add A in P; 1b move P; 3 see A in P', 'up A', 'none A', 'both A'],
  ['12', '1 make A; 2 add A in P; 2b move P; 5 move P; 5b A to X; 6 X to Y', 'up Y', 'down A', 'both X'],
  [
    '13',
    '1 add a in P; 2 add P in V; 3 move V; 4 remove P from V; 5 move V; 6 empty P; 7 move P',
    'up a',
    'down V',
  ],
  ['14', '1 associate b with P; 2 add a in P; 3 empty P; 4 move P', 'up b', 'up a'],
  ['15', '1 add a in P; 2 end P; 3 move P', 'up a'],
  ['16', '1 add A*10kg in P; 2 remove A*4kg from P; 3 move P; 4 remove A*6kg from P; 5 move P', 'up A'],
  ['17', '1 add a in P; 2 add a in Q; 3 move P; 4 move Q', 'up a'],
  ['18', '1 add A in P; 2 move P; 3 add B in P; 4 move P', 'up A', 'up B'],
  ['19', '1 add a in P; 2 add b in P; 3 move P', 'up a', 'up b'],
  ['20', '1 move P; 2 remove a from P; 3 move P', 'up a'],
  [
    '21',
    '1 X to process t @A; 2 process t to Y @A; 3 B to process t @C',
    'up Y',
    'down B',
    'both t',
    'none t',
  ],
  ['22', '1 X to G; 2 G to Y', 'up Y', 'down X'],
  ['23', LOTS, 'up a', 'down X'],
  ['24', `${LOTS}; 3 L to Y`, 'down a', 'both a'],
  ['25', `${LOTS}; 3 b to Y`, 'down a', 'down L'],
  ['26', '1 add A in P; 2 P to X; 3 empty P; 4 add B in P; 5 P to Y', 'up X', 'up Y', 'down A'],
  ['27', '1 X to Y; wrong 1; 1c X to Y', 'up Y'],
  ['28', '1 X to Y @A; wrong 1 @B', 'up Y'],
  ['29', '1 X to Y; wrong 1', 'up Y', 'none Y'],
  ['30', '1 add a in P; 2 empty P; 3 move P; wrong 2', 'up a'],
  ['31', '1 X to Y @B; wrong 1 @B; 1a X to Y @A =1', 'up Y'],
];

const ATTACKS: readonly Line[] = [
  ['C1 lot told first and withdrawn', '1 make a of L @M; 1b make a of L =1; wrong 1 @M', 'down L'],
  ['C2 crate emptied by a stranger', '1 add A in P; 2 empty P @M; 3 move P; 9 remove A from P', 'up A'],
  [
    'C2 crate emptied three times',
    '1 add A in P; 2 empty P @M; 2b empty P @M; 3 empty P @M; 4 move P',
    'up A',
  ],
  ['C2 crate emptied by who moved it', '1 add A in P; 2 move P @R; 3 empty P @R; 4 move P', 'up A'],
  [
    'C2 stranger among the recorders',
    '1 add A in P; 2 move P @M; 3 empty P @M; 4 move P',
    'up A of O',
    'up A of M,O',
  ],
  [
    'stranger puts in before what is taken out',
    '3 move P; 8 remove a from P; 7 add a in P @S',
    'up a',
    'up P',
  ],
  ['stranger puts in while it is taken out', '3 move P; 8 remove a from P; 8b add a in P @S', 'up a'],
  [
    'stranger outside the recorders puts in',
    '3 move P; 6 move P @S; 7 add a in P @S; 8 remove a from P',
    'up a of O',
    'up a',
  ],
  [
    'stranger sees a smaller quantity first',
    '5 see A*1kg in P @S; 6 see A*10kg in P; 8 remove A*4kg from P; 9 move P',
    'up A',
  ],
  [
    'stranger tells a withdrawn removal',
    '5 remove a from P; wrong 5; 8 move P; 5b remove a from P @S =5',
    'up a',
  ],
  [
    'stranger sees in a container what left it',
    '1 add b in P; 2 remove b from P; 3 add a in P; 4 add a in Q; 7 see a in P @S; 8 P to X',
    'up X',
    'down b',
  ],
  [
    'stranger puts something into what a part is built into',
    '1 add P in Q; 2 move Q; 3 remove P from Q; 3b add b in P; 3c move P; 4 associate P with V; 5 V to j; 5b add A in V @S',
    'up j',
  ],
  [
    'load in a load',
    '1 add P in Q; 2 move Q; 3 remove P from Q; 3b add b in P; 4 add P in V; 5 V to j; 6 empty V; 7 V to k',
    'up j',
    'up k',
    'down b',
  ],
  ['two closings at one time', '1 move P; 5 see A*2kg in P; 6 empty P; 6n empty P @M', 'up A'],
  ['withdrawn outside the recorders', '1 X to Y @M; wrong 1 @M', 'up Y of O'],
  ['window by an input and its load', '3 add b in P; 4 P to a', 'up a'],
  ['C3 withdrawn after the recall', '1 A to X; wrong 1', 'down A', 'down A of M'],
  ['C4 declaration that names only some', '1 X to Y; wrong 1 named X', 'up Y', 'down X'],
  ['C7 telling with one more input', '1 X to Y; 1b X,C to Y @M =1', 'up Y', 'down C'],
  [
    'C7 quantities told twice',
    '1 add A*0.1kg in P; 1b add A*0.1kg in P @R =1; 2 add A*0.2kg in P; 3 remove A*0.3kg from P; 4 move P',
    'up A',
  ],
  [
    'C7 removal told as loading',
    '1 add A*5kg in P; 2 remove A*5kg from P; 2b add A*5kg in P @M =2; 3 move P',
    'up A',
  ],
  ['C8 made by a stranger', '1 make Y; 2 C to Y @M', 'up Y', 'down C', 'both Y'],
  ['C8 lot named by a stranger', '1 make a of K; 2 make a of L @M', 'down L', 'up a'],
  [
    'loading into an input by a stranger',
    '1 add X in P; 2 move P; 3 remove X from P; 5 X to Y; 4 add j in X @M',
    'up Y',
  ],
  [
    'loading into an empty tank by a stranger',
    '1 add A in P; 2 empty P; 5 P to X; 3 add j in P @M; 4 remove j from P @M',
    'up X',
    'down A',
  ],
  [
    'withdrawn loading into an empty tank',
    '1 add A in P; 2 empty P; 5 P to X; 3 add B in P; wrong 3',
    'up X',
    'down A',
    'down B',
  ],
  [
    'tank used after it was emptied',
    '1 add A in P; 2 remove A from P; 3 P to X; 4 add B in P; 5 empty P; 6 P to Z',
    'down A',
    'down B',
    'up Z',
  ],
  ['built-in part is no load', '1 associate b with P; 2 add A in P; 3 empty P; 4 P to X', 'up X'],
  ['input with a sensor', '1 add a in P; 2 move P; 3 empty P; 4 associate b with a; 5 a to Y', 'up Y'],
  ['removal without a quantity', '1 add A*9kg in P; 2 remove A from P; 3 move P', 'up A'],
  ['removal in another unit', '1 add A*9kg in P; 2 remove A*2box from P; 3 move P', 'up A'],
  ['removal of more than there is', '1 add A*9kg in P; 2 remove A*10kg from P; 3 move P', 'up A'],
  [
    'packing and unpacking at one time',
    '1 add a in P; 2 remove a from P; 2b add a in P; 2c move P; 3 move P',
    'up a',
  ],
  ['two clocks', '1 remove a from P; 2 add a in P; 3 move P; 4 see a in P; 5 move P', 'up a'],
  ['made and used twice', '1 X to a; 2 a to Y; 3 X to a', 'up a'],
  ['without origin', '1 move A; 2 see A in P; 3 A,B to X; 4 make B', 'up X'],
];

export function cases(): Example[] {
  return CASES.flatMap((line) => examplesOf(line));
}

/** Declarations by two about an event that is not there, and one about an event that is. */
export const DECLARED_ALONE = readHistory('1 X to Y; wrong 1; wrong 1 @M; 2 X to Y; wrong 2 @M').filter(
  ({ name }) => name !== '1',
);

export function attacks(): Example[] {
  const told = readHistory('1 add A in P; 2 move P; 3 empty P; 4 move P');
  const upA = { traceId: 'A', direction: 'up' } as const;
  return [
    ...ATTACKS.flatMap((line) => examplesOf(line)),
    {
      name: 'C4 declaration in another domain',
      told: readHistory('1 X to Y; wrong 1').map((one) =>
        one.record.wrong ? { ...one, domain: 'other' } : one,
      ),
      question: { traceId: 'Y', direction: 'up' },
    },
    {
      name: 'declarations of what is not recorded',
      told: DECLARED_ALONE,
      question: { traceId: 'Y', direction: 'up' },
    },
    {
      name: 'declarations of what is hidden',
      told: DECLARED_ALONE,
      question: { traceId: 'Y', direction: 'up' },
      alter: (traces) =>
        new Map(
          [...traces].map(([id, events]) => [
            id,
            id === 'Y' ? [...events, { shown: 'hidden', organisation: 'O' }] : events,
          ]),
        ),
    },
    {
      name: 'C8 item observed under a lot',
      told: recorded('1 make a; 2 make a of L @M', (one) =>
        one.organisation === 'M' ? { ...one.record, change: 'see' } : one.record,
      ),
      question: { traceId: 'L', direction: 'down' },
    },
    {
      name: 'lot in another role',
      told: recorded('1 make a of L', ({ record }) => ({
        ...record,
        traces: record.traces.map((entry) => (entry.role === 'lot' ? { ...entry, role: 'subject' } : entry)),
      })),
      question: { traceId: 'L', direction: 'down' },
    },
    {
      name: 'class with a lot',
      told: recorded('1 X to G,L; 2 L to Y; 3 G to Z', ({ name, record }) => ({
        ...record,
        traces: record.traces.map((entry) =>
          name === '1' && entry.id === 'G' ? { ...entry, lot: 'L' } : entry,
        ),
      })),
      question: { traceId: 'X', direction: 'down' },
    },
    {
      name: 'C9 branches beyond the limit',
      told: readHistory(
        '1 A to process t; 2b B to process t @M; 2c C to process t @M; 2d D to process t @N; 3 process t to Y; 4 C to A',
      ),
      question: { traceId: 'Y', direction: 'up', limits: { identifiers: 5, events: 100 } },
    },
    {
      name: 'C9 events beyond the limit',
      told: readHistory('1 X to Y @M; wrong 1 @M; 2 X to Y; 3 X to Y'),
      question: { traceId: 'Y', direction: 'up', limits: { identifiers: 5, events: 2 } },
    },
    {
      name: 'C11 record that the other trace does not have',
      told: readHistory('1 X to Y'),
      question: { traceId: 'X', direction: 'down' },
      alter: (traces) => new Map([...traces, ['Y', []]]),
    },
    {
      name: 'row that is not what its record says',
      told,
      question: upA,
      alter: (traces) =>
        withEvents(traces, 'P', (event) =>
          event.shown === 'record' && event.row.change === 'see'
            ? { ...event, row: { ...event.row, bond: 'aggregation', change: 'empty', roles: ['parent'] } }
            : event,
        ),
    },
    {
      name: 'D4 times after the root',
      told: readHistory('1 X to Y; 9 move Y'),
      question: { traceId: 'Y', direction: 'up', rootTime: '2025-12-31T23:05:00.000Z' },
    },
    {
      name: 'container as rows outside its windows',
      told,
      question: upA,
      alter: (traces) =>
        withEvents(traces, 'P', (event) => (timeIn(event) > timeOf('3') ? asRow(event) : event)),
    },
    {
      name: 'container as rows inside its windows',
      told,
      question: upA,
      alter: (traces) =>
        withEvents(traces, 'P', (event) => (timeIn(event) > timeOf('1') ? asRow(event) : event)),
    },
    {
      name: 'unpacking hidden',
      told,
      question: upA,
      alter: (traces) =>
        withEvents(traces, 'P', (event) => (timeIn(event) === timeOf('3') ? { shown: 'hidden' } : event)),
    },
    {
      name: 'container not shown',
      told,
      question: upA,
      alter: (traces) => new Map([...traces].filter(([id]) => id !== 'P')),
    },
    {
      name: 'declaration as row',
      told: readHistory('1 add a in P; 2 empty P; 3 move P; wrong 2'),
      question: { traceId: 'a', direction: 'up' },
      alter: (traces) =>
        withEvents(traces, 'P', (event) =>
          event.shown === 'record' && event.row.wrong ? asRow(event) : event,
        ),
    },
    {
      name: 'only what is needed of a crate that was used again',
      told: readHistory('1 add b in P; 2 empty P; 3 add a in P; 4 move P; 5 empty P; 6 add b in P; 7 move P'),
      question: { traceId: 'a', direction: 'up' },
      alter: (traces, question) => {
        const { needs } = lineageAndNeeds(question, traces);
        return withEvents(traces, 'P', (event, at) =>
          needs.get('P')?.has(at) === true ? event : asRow(event),
        );
      },
    },
  ];
}

/** Questions are `DIRECTION ID` or `DIRECTION ID of RECORDERS`. */
function examplesOf([name, history, ...questions]: Line): Example[] {
  return questions.map((text) => {
    const [direction, traceId = '', , recorders = null] = text.split(' ') as [
      Direction,
      string?,
      string?,
      string?,
    ];
    return {
      name: `${name}: ${text}`,
      told: readHistory(history),
      question: { traceId, direction, recorders: recorders?.split(',') ?? null },
    };
  });
}

function recorded(history: string, change: (one: Told) => Told['record']): Told[] {
  return readHistory(history).map((one) => ({ ...one, record: sealed(change(one), one.organisation) }));
}

function withEvents(
  traces: ShownTraces,
  id: string,
  change: (event: ShownEvent, at: number) => ShownEvent,
): ShownTraces {
  return new Map([...traces, [id, (traces.get(id) ?? []).map((event, at) => change(event, at))]]);
}

function timeIn(event: ShownEvent): string {
  return event.shown === 'row' || event.shown === 'record' ? event.row.time : '';
}
