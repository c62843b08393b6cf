import { describe, expect, it } from '@jest/globals';
import { lineageAndNeeds, LINEAGE_LIMITS, lineageOf } from './lineage.js';
import { DECLARED_ALONE } from './testing/examples.js';
import { natureOf, readHistory, sealed, timeOf, tracesOf, type Told } from './testing/notation.js';
import { ask, questionOf } from './testing/random.js';
import { asRow } from './testing/showing.js';
import type { LineageAnswer, ShownEvent, ShownRow, ShownTraces, Status } from './types.js';

const mark = ({ certain, because }: Status): string => (certain ? '' : `? ${because.join(' ')}`);
const idsOf = ({ identifiers }: LineageAnswer): string =>
  identifiers.map((one) => one.traceId + mark(one)).join(', ');

function eventsOf({ events }: LineageAnswer, told: readonly Told[]): string {
  const nameOf = new Map(told.map(({ name, record }) => [record.recordId, name]));
  return events
    .map((one) => (nameOf.get(one.recordId) ?? '') + mark(one))
    .sort()
    .join(', ');
}

const upOf = (id: string, history: string): LineageAnswer => ask(id, 'up', readHistory(history));
const downOf = (id: string, history: string): LineageAnswer => ask(id, 'down', readHistory(history));

describe('a liar among the recorders', () => {
  it('does not take an item out of its lot by telling that first and withdrawing it', () => {
    const history = '1 make a of L @M; 1b make a of L =1; wrong 1 @M';
    expect(idsOf(downOf('L', history))).toBe('L, a');
  });

  it('does not hide where a lot travelled by emptying its crate', () => {
    const told = readHistory('1 add A in P; 2 empty P @M; 3 move P; 9 remove A from P');
    const answer = ask('A', 'up', told);
    expect(eventsOf(answer, told)).toBe('1, 2, 3? NO_OPENING STRANGER, 9');
    expect(answer.containers[0]?.windows).toMatchObject([
      { from: timeOf('1'), to: timeOf('9'), closedBy: ['O'] },
    ]);
  });

  it('is no less a stranger for closing a second time', () => {
    const told = readHistory('1 add A in P; 2 empty P @M; 2b empty P @M; 3 empty P @M; 4 move P');
    expect(eventsOf(ask('A', 'up', told), told)).toContain('4? STRANGER');
  });

  it('ends a window that it had to do with, by name', () => {
    const told = readHistory('1 add A in P; 2 move P @R; 3 empty P @R; 4 move P');
    const answer = ask('A', 'up', told);
    expect(eventsOf(answer, told)).toBe('1, 2, 3');
    expect(answer.containers[0]?.windows).toMatchObject([{ openedBy: ['O'], closedBy: ['R'] }]);
  });

  it('closes nothing where it is not among the recorders that were asked for', () => {
    const told = readHistory('1 add A in P; 2 move P @M; 3 empty P @M; 4 move P');
    const answer = ask('A', 'up', told, { recorders: new Set(['O']) });
    expect(eventsOf(answer, told)).toBe('1, 2? OTHER_RECORDER, 3? OTHER_RECORDER, 4');
  });

  it('acquits nobody by withdrawing its own word when the recall has begun', () => {
    const answer = downOf('A', '1 A to X; wrong 1');
    expect(idsOf(answer)).toBe('A, X? WITHDRAWN');
    expect(answer.leftOut).toHaveLength(1);
  });

  it('gets no answer that depends on the way by a declaration that names only some', () => {
    const history = '1 X to Y; wrong 1 named X';
    expect(idsOf(upOf('Y', history))).toBe('X, Y');
    expect(idsOf(downOf('X', history))).toBe('X, Y');
    expect(downOf('X', history).disputes).toHaveLength(1);
  });

  it('does not withdraw an event in another domain', () => {
    const told = readHistory('1 X to Y; wrong 1').map((one) =>
      one.record.wrong ? { ...one, domain: 'other' } : one,
    );
    const answer = ask('Y', 'up', told);
    expect(idsOf(answer)).toBe('X, Y');
    expect(answer.disputes).toMatchObject([{ domain: 'other' }]);
  });

  it('does not hide where a thing was before by telling that it was put in just now', () => {
    const before = '3 move P; 8 remove a from P';
    const plain = readHistory(before);
    expect(eventsOf(ask('a', 'up', plain), plain)).toBe('3? NO_OPENING, 8');
    for (const [by, also] of [
      ['7 add a in P @S', '7'],
      ['8b add a in P @S', '8b'],
      ['7 add a in P @S; wrong 7 @S', '7? NO_OPENING WITHDRAWN'],
    ]) {
      const told = readHistory(`${before}; ${by}`);
      expect(eventsOf(ask('a', 'up', told), told)).toBe(['3? NO_OPENING', '8', also].sort().join(', '));
    }
    const seen = readHistory('3 move P; 7 add a in P @S; 8 see a in P');
    expect(eventsOf(ask('a', 'up', seen), seen)).toContain('3? NO_OPENING');
    const atOnce = readHistory('3 move P; 8 see a in P; 8b add a in P @S');
    expect(eventsOf(ask('a', 'up', atOnce), atOnce)).toContain('3? NO_OPENING');
    const other = readHistory(`${before}; 6 move P @S; 7 add a in P @S`);
    expect(eventsOf(ask('a', 'up', other, { recorders: new Set(['O']) }), other)).toContain('3? NO_OPENING');
  });

  it('explains an opening where it recorded more of the parent, by name', () => {
    const told = readHistory('3 move P; 6 move P @S; 7 add a in P @S; 8 remove a from P');
    const answer = ask('a', 'up', told);
    expect(eventsOf(answer, told)).not.toContain('NO_OPENING');
    expect(answer.containers[0]?.windows).toMatchObject([{ from: timeOf('7'), openedBy: ['S'] }]);
  });

  it('does not take out a quantity by telling of a smaller one first', () => {
    const before = '6 see A*10kg in P; 7 move P; 8 remove A*4kg from P; 9 move P';
    for (const history of [before, `${before}; 5 see A*1kg in P @S`, `${before}; 6b see A*1kg in P @S`]) {
      const told = readHistory(history);
      expect(eventsOf(ask('A', 'up', told), told)).toMatch(/(^|, )9/);
    }
  });

  it('does not take for granted who withdrew a removal by telling the same removal', () => {
    const before = '5 remove a from P; wrong 5; 8 move P';
    const told = readHistory(`${before}; 5b remove a from P @S =5`);
    expect(eventsOf(ask('a', 'up', told), told)).toContain('8? ');
  });

  it('does not hide what left a container last by seeing in it what may have left it', () => {
    const before = '1 add b in P; 2 remove b from P; 3 add a in P; 4 add a in Q; 8 P to X';
    expect(idsOf(upOf('X', before))).toContain('b? EMPTIED');
    expect(idsOf(upOf('X', `${before}; 7 see a in P @S`))).toContain('b? EMPTIED');
  });

  it('does not hide the past of a built-in part by putting something into what it is built into', () => {
    const before =
      '1 add P in Q; 2 move Q; 3 remove P from Q; 3b add b in P; 3c move P; 4 associate P with V; 5 V to j';
    const told = readHistory(`${before}; 5b add A in V @S`);
    expect(eventsOf(ask('j', 'up', told), told)).toContain('2? BEYOND');
  });

  it('does not make another a witness of an input that it adds', () => {
    const history = '1 X to Y; 1b X,C to Y @M =1';
    expect(idsOf(upOf('Y', history))).toBe('C? MADE_TWICE, X? MADE_TWICE, Y');
    expect(idsOf(upOf('Y', '1 X to Y; 1b X to Y @M =1'))).toBe('X, Y');
  });

  it('does not make certain what an innocent lot was made of, or which lot an item is of', () => {
    expect(idsOf(upOf('Y', '1 make Y; 2 C to Y @M'))).toBe('C? MADE_TWICE, Y');
    expect(idsOf(downOf('C', '1 make Y; 2 C to Y @M'))).toBe('C, Y? MADE_TWICE');
    const item = '1 move a; 2 move a; 3 make a of L @M';
    expect(idsOf(downOf('L', item.replace('make a of L', 'make b of L')))).toBe('L, b');
    expect(idsOf(downOf('L', '1 make a of K; 2 make a of L @M'))).toBe(
      'K? LOT_PART MADE_TWICE TWO_LOTS, L, a? MADE_TWICE TWO_LOTS',
    );
  });

  it('does not hide the items of a lot by naming the lot in another role', () => {
    const told = readHistory('1 make a of L').map((one) => {
      const traces = one.record.traces.map((entry) =>
        entry.role === 'lot' ? { ...entry, role: 'subject' as const } : entry,
      );
      return { ...one, record: sealed({ ...one.record, traces }, 'O') };
    });
    expect(idsOf(ask('L', 'down', told))).toBe('L, a');
    expect(idsOf(ask('a', 'up', told))).toBe('L, a');
  });

  it('does not hide where an input was by putting something into it', () => {
    const history = '1 add X in P; 2 move P; 3 remove X from P; 5 X to Y';
    const plain = readHistory(history);
    expect(eventsOf(ask('Y', 'up', plain), plain)).toBe('1, 2, 3, 5');
    const told = readHistory(`${history}; 4 add j in X @M`);
    const answer = ask('Y', 'up', told);
    expect(eventsOf(answer, told)).toBe('1? STRANGER, 2? STRANGER, 3? STRANGER, 4, 5');
    expect(idsOf(answer)).toBe('P? STRANGER, X, Y, j');
  });

  it('does not hide what left a container last by putting something else into it', () => {
    const history = '1 add A in P; 2 empty P; 5 P to X';
    expect(idsOf(upOf('X', history))).toBe('A? EMPTIED, P, X');
    const loaded = `${history}; 3 add j in P @M`;
    expect(idsOf(upOf('X', loaded))).toBe('A? EMPTIED, P, X, j');
    expect(idsOf(downOf('A', loaded))).toBe('A, P, X? EMPTIED');
    const unloaded = `${loaded}; 4 remove j from P @M`;
    expect(idsOf(upOf('X', unloaded))).toBe('A? EMPTIED, P, X, j? EMPTIED');
    expect(idsOf(downOf('A', unloaded))).toBe('A, P, X? EMPTIED');
    const withdrawn = `${history}; 3 add B in P; wrong 3`;
    expect(idsOf(upOf('X', withdrawn))).toBe('A? EMPTIED, B? WITHDRAWN, P, X');
  });

  it('that merely observes an item under a lot is a stranger', () => {
    const told = readHistory('1 make a; 2 make a of L @M').map((one) => {
      if (one.organisation !== 'M') return one;
      return { ...one, record: sealed({ ...one.record, change: 'see' }, 'M') };
    });
    expect(idsOf(ask('L', 'down', told))).toBe('L, a? STRANGER');
  });

  it('reaches nothing by a record that the trace of the other side does not have', () => {
    const told = readHistory('1 X to Y');
    const traces = new Map([...tracesOf(told), ['Y', []]]);
    const question = {
      traceId: 'X',
      direction: 'down',
      natureOf,
      recorders: null,
      rootTime: null,
      limits: LINEAGE_LIMITS,
    } as const;
    const answer = lineageOf(question, traces);
    expect(idsOf(answer)).toBe('X');
    expect(answer.foreign).toMatchObject([{ traceId: 'Y', txId: 'tx0' }]);
    expect(answer.complete).toBe(true);
  });

  it('passes no row off as what its record does not say', () => {
    const traces = tracesOf(readHistory('1 add A in P; 2 move P'));
    const forged = (traces.get('P') ?? []).map((event): ShownEvent => {
      if (event.shown !== 'record' || event.row.change !== 'see') return event;
      return { ...event, row: { ...event.row, bond: 'aggregation', change: 'empty', roles: ['parent'] } };
    });
    const question = {
      traceId: 'A',
      direction: 'up',
      natureOf,
      recorders: null,
      rootTime: null,
      limits: LINEAGE_LIMITS,
    } as const;
    const answer = lineageOf(question, new Map([...traces, ['P', forged]]));
    expect(answer.containers[0]?.windows[0]?.to).toBeNull();
    expect(answer.foreign).toMatchObject([{ traceId: 'P' }]);
  });
});

describe('traces that do not agree', () => {
  /** The traces of a history, with what is done to the rows of one of them. */
  function tracesWith(
    history: string,
    id: string,
    change: (row: ShownRow) => Partial<ShownRow>,
  ): ShownTraces {
    const traces = tracesOf(readHistory(history));
    const changed = (traces.get(id) ?? []).map((event) =>
      event.shown === 'record' ? { ...event, row: { ...event.row, ...change(event.row) } } : event,
    );
    return new Map([...traces, [id, changed]]);
  }

  function rowsOf(traces: ShownTraces, id: string): ShownTraces {
    return new Map([...traces, [id, (traces.get(id) ?? []).map((event) => asRow(event))]]);
  }

  it('need the trace of a lot that lacks the event of its item, and say so where it is shown', () => {
    const traces = new Map([...tracesOf(readHistory('1 make a of L')), ['L', []]]);
    const { answer, needs } = lineageAndNeeds(questionOf('a', 'none'), traces);
    expect([...needs.keys()]).toEqual(['L', 'a']);
    expect(answer).toMatchObject({ lots: [], foreign: [{ traceId: 'L' }], complete: true });
  });

  it('name as foreign what a container says of itself that was only looked at', () => {
    const history = '1 add P in V; 2 empty V; 3 add a in P; 4 move V';
    const traces = tracesWith(history, 'V', ({ time }) => (time === timeOf('4') ? { change: 'add' } : {}));
    const answer = lineageOf(questionOf('a', 'up'), traces);
    expect(idsOf(answer)).toBe('P, a');
    expect(answer.foreign).toMatchObject([{ traceId: 'V', txId: 'tx3' }]);
  });

  it('give an event the earliest time of its rows', () => {
    const traces = tracesWith('1 add a in P; 2 move P', 'P', () => ({ time: timeOf('2') }));
    const rows = rowsOf(traces, 'P');
    const { events } = lineageOf(questionOf('a', 'up'), rows);
    expect(events.map(({ time }) => time)).toEqual([timeOf('1'), timeOf('2')]);
  });

  it('do not pass a withdrawal on to a row that names the same record', () => {
    const history = '1 move P; wrong 1; 2 add a in P; 3 move a';
    const [moved] = readHistory(history);
    const traces = tracesWith(history, 'a', (row) =>
      row.time === timeOf('3') ? { recordId: moved?.record.recordId ?? '' } : {},
    );
    expect(lineageOf(questionOf('a', 'up'), rowsOf(traces, 'a')).leftOut).toEqual([]);
  });
});

describe('limits', () => {
  it('leave what is undecided before what is certain, and name who recorded the branch', () => {
    const junk = Array.from({ length: 6 }, (_, at) => `2b${at} B${at} to process t @M`);
    const history = ['1 A to process t', ...junk, '3 process t to Y', '4 C to A'].join('; ');
    const answer = ask('Y', 'up', readHistory(history), { limits: { identifiers: 5, events: 100 } });
    expect(answer.identifiers.filter(({ certain }) => certain).map(({ traceId }) => traceId)).toEqual([
      'A',
      'C',
      'Y',
      't',
    ]);
    expect(answer.cut).toHaveLength(5);
    expect(new Set(answer.cut.map(({ organisation }) => organisation))).toEqual(new Set(['M']));
    expect(answer.complete).toBe(false);
  });

  it('leave nothing that is reached under another bond', () => {
    const told = readHistory('1 add a in P @N; 2 associate a with P @N');
    const limits = { identifiers: 2, events: 10 };
    const answer = ask('P', 'up', told, { limits, recorders: new Set(['O']) });
    expect(idsOf(answer)).toBe('P, a? OTHER_RECORDER');
    expect(answer.cut).toEqual([]);
  });

  it('cut events, undecided ones first', () => {
    const told = readHistory('1 X to Y @M; wrong 1 @M; 2 X to Y');
    const answer = ask('Y', 'up', told, { limits: { identifiers: 5, events: 1 } });
    expect(eventsOf(answer, told)).toBe('2');
    expect(answer.cut).toEqual([{ traceId: 'Y', organisation: 'M' }]);
  });

  it('are not needed for a crate of a thousand uses or a pallet of a thousand cases', () => {
    const uses = Array.from(
      { length: 1000 },
      (_, at) => `${at % 50}u${at} add b in P; ${at % 50}e${at} empty P`,
    );
    const cases = Array.from({ length: 1000 }, (_, at) => `51c${at} add a${at} in P`);
    const answer = ask('P', 'up', readHistory([...uses, ...cases, '55 move P'].join('; ')));
    expect(answer.identifiers).toHaveLength(1002);
    expect(answer.complete).toBe(true);
  });
});

describe('what else is said', () => {
  it('ends a window by who may end it, whoever else says so at that time', () => {
    for (const closings of ['6 empty P; 6n empty P @M', '6n empty P @M; 6 empty P']) {
      const [crate] = upOf('A', `5 see A*2kg in P; 1 move P; ${closings}`).containers;
      expect(crate?.windows).toMatchObject([{ closedBy: ['O'], undecided: [{ because: ['NO_OPENING'] }] }]);
    }
  });

  it('tells of a declaration by who is not asked for that it has no effect', () => {
    const told = readHistory('1 X to Y @M; wrong 1 @M');
    const answer = ask('Y', 'up', told, { recorders: new Set(['O']) });
    expect(idsOf(answer)).toBe('X? OTHER_RECORDER, Y');
    expect([answer.leftOut, answer.disputes]).toMatchObject([[], [{ organisation: 'M' }]]);
  });

  it('has a window once where the load of an input leads to it again', () => {
    const [crate] = upOf('a', '3 add b in P; 4 P to a').containers;
    expect(crate?.windows).toMatchObject([{ child: 'b', from: timeOf('3'), to: null }]);
  });

  it('counts quantities to the digit, and one telling once', () => {
    const told = readHistory(
      '1 add A*0.1kg in P; 1b add A*0.1kg in P @R =1; 2 add A*0.2kg in P; 3 remove A*0.3kg from P; 4 move P',
    );
    expect(eventsOf(ask('A', 'up', told), told)).toBe('1, 1b, 2, 3');
  });

  it('is undecided from a removal on that gives no quantity, or another unit', () => {
    for (const removal of ['remove A from P', 'remove A*2box from P']) {
      const told = readHistory(`1 add A*9kg in P; 2 ${removal}; 3 move P`);
      expect(eventsOf(ask('A', 'up', told), told)).toBe('1, 2, 3? QUANTITY');
    }
  });

  it('ends a window where more is taken out than there is, and says so', () => {
    const told = readHistory('1 add A*9kg in P; 2 remove A*10kg from P; 3 move P');
    const answer = ask('A', 'up', told);
    expect(eventsOf(answer, told)).toBe('1, 2');
    expect(answer.containers[0]?.windows[0]?.undecided).toMatchObject([{ because: ['QUANTITY'] }]);
  });

  it('takes packing and unpacking at one time as undecided from there', () => {
    const told = readHistory('1 add a in P; 2 remove a from P; 2b add a in P; 2c move P; 3 move P');
    expect(eventsOf(ask('a', 'up', told), told)).toBe('1, 2, 2b, 2c? SAME_TIME, 3? SAME_TIME');
  });

  it('doubts the order of two clocks', () => {
    const told = readHistory('1 remove a from P; 2 add a in P; 3 move P; 4 see a in P; 5 move P');
    expect(eventsOf(ask('a', 'up', told), told)).toBe('1, 2, 3? ORDER, 4, 5');
  });

  it('names what left a crate last, where the crate was used empty', () => {
    expect(idsOf(upOf('X', '1 add A in P; 2 remove A from P; 3 P to X'))).toBe('A? EMPTIED, P, X');
  });

  it('leads from what left a crate last to what the crate went into, and not from what left it before that', () => {
    const history = '1 add A in P; 2 remove A from P; 3 P to X';
    expect(idsOf(downOf('A', history))).toBe('A, P, X? EMPTIED');
    const again = `${history}; 4 add B in P; 5 empty P; 6 P to Z`;
    expect(idsOf(downOf('A', again))).toBe('A, P, X? EMPTIED');
    expect(idsOf(downOf('B', again))).toBe('B, P, Z? EMPTIED');
  });

  it('takes no built-in part for a load', () => {
    expect(idsOf(upOf('X', '1 associate b with P; 2 add A in P; 3 empty P; 4 P to X'))).toBe(
      'A? EMPTIED, P, X, b',
    );
    const told = readHistory('1 add a in P; 2 move P; 3 empty P; 4 associate b with a; 5 a to Y');
    expect(eventsOf(ask('Y', 'up', told), told)).toBe('1, 2, 3, 4, 5');
  });

  it('says which times lie after the time of the root', () => {
    const told = readHistory('1 X to Y; 9 move Y');
    const rootTime = '2025-12-31T23:05:00.000Z';
    expect(ask('Y', 'up', told, { rootTime }).future).toEqual([told[1]?.record.recordId]);
    expect(ask('Y', 'up', told).future).toEqual([]);
  });

  it('counts how often a thing was made and used up', () => {
    const answer = upOf('a', '1 X to a; 2 a to Y; 3 X to a');
    expect(answer.repeated).toEqual([{ traceId: 'a', made: 2, used: 1 }]);
  });

  it('has each window once where a container is both an input and what held another', () => {
    // The load of P is followed from P, and P from A.
    const [crate] = upOf('X', '1 add A in P; 2 P to X; 3 empty P').containers;
    expect(crate?.windows).toMatchObject([{ child: 'A', from: timeOf('1'), to: timeOf('3') }]);
  });

  it('names the products of which nothing says where they are from', () => {
    const history = '1 move A; 2 see A in P; 3 A,B to X; 4 make B';
    expect(upOf('X', history).withoutOrigin).toEqual(['A']);
  });

  it('tells of no declaration as unmatched where its event may be hidden', () => {
    const traces = new Map(tracesOf(DECLARED_ALONE));
    traces.set('Y', [...(traces.get('Y') ?? []), { shown: 'hidden', organisation: 'O' }]);
    expect(lineageOf(questionOf('Y', 'none'), traces).unmatched).toEqual([]);
  });

  it('asks for the record where only the row is shown', () => {
    const traces = tracesOf(readHistory('1 add A in P; 2 move P; 3 empty P; 4 move P'));
    const rows = (id: string, which: (time: string) => boolean): ShownEvent[] =>
      (traces.get(id) ?? []).map((event) => {
        if (event.shown !== 'record' || !which(event.row.time)) return event;
        return { shown: 'row', place: event.place, row: event.row };
      });
    const question = {
      traceId: 'A',
      direction: 'up',
      natureOf,
      recorders: null,
      rootTime: null,
      limits: LINEAGE_LIMITS,
    } as const;
    const after = new Map([...traces, ['P', rows('P', (time) => time > timeOf('3'))]]);
    expect(lineageOf(question, after).complete).toBe(true);
    const within = new Map([...traces, ['P', rows('P', (time) => time > timeOf('1'))]]);
    expect(lineageOf(question, within).open).toEqual([{ traceId: 'P', missing: 'events', events: 2 }]);
    const none = new Map([...traces].filter(([id]) => id !== 'P'));
    expect(lineageOf(question, none).open).toEqual([{ traceId: 'P', missing: 'trace', events: 0 }]);
  });
});
