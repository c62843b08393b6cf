import { describe, expect, it } from '@jest/globals';
import { DECLARED_ALONE } from './testing/examples.js';
import { readHistory, timeOf, type Told } from './testing/notation.js';
import { ask } from './testing/random.js';
import type { Direction, LineageAnswer, Status } from './types.js';

const mark = ({ certain, because }: Status): string => (certain ? '' : `? ${because.join(' ')}`);

/** The identifiers and the names of the events, `?` and reasons behind what is undecided. */
function said({ identifiers, events }: LineageAnswer, told: readonly Told[]) {
  const nameOf = new Map(told.map(({ name, record }) => [record.recordId, name]));
  return {
    ids: identifiers.map((one) => one.traceId + mark(one)).join(', '),
    events: events
      .map((one) => (nameOf.get(one.recordId) ?? '') + mark(one))
      .sort((a, b) => a.localeCompare(b, 'en', { numeric: true }))
      .join(', '),
  };
}

/** The same answer whatever the order of capture: as given, reversed, and shuffled. */
function check(history: string, question: string, ids: string, events: string): void {
  const told = readHistory(history);
  const [direction, traceId] = question.split(' ') as [Direction, string];
  const shuffled = told.map((one, at) => ({ one, by: (at * 7919 + 13) % 31 })).sort((a, b) => a.by - b.by);
  for (const order of [told, told.toReversed(), shuffled.map(({ one }) => one)]) {
    const answer = ask(traceId, direction, order);
    expect({ question, ...said(answer, told) }).toEqual({ question, ids, events });
    expect(answer.complete).toBe(true);
  }
}

describe('the cases of the design', () => {
  it('11: what is in a crate that nobody unpacked stays in it', () => {
    const history = '1 add A in P; 1b move P; 3 see A in P';
    check(history, 'up A', 'A, P', '1, 1b, 3');
    const [crate] = ask('A', 'up', readHistory(history)).containers;
    expect(crate?.windows).toEqual([
      {
        child: 'A',
        bond: 'aggregation',
        from: timeOf('1'),
        to: null,
        openedBy: ['O'],
        closedBy: [],
        undecided: [],
      },
    ]);
  });
  it('12: dates for times, packing and shipping at one of them, and receiving that does not name the load', () => {
    const history = '1 make A; 2 add A in P; 2b move P; 5 move P; 5b A to X; 6 X to Y';
    check(history, 'up Y', 'A, P, X, Y', '1, 2, 2b, 5, 5b, 6');
  });
  it('13: a crate on a pallet, until the crate is emptied', () => {
    const history = '1 add a in P; 2 add P in V; 3 move V; 4 remove P from V; 5 move V; 6 empty P; 7 move P';
    check(history, 'up a', 'P, V, a', '1, 2, 3, 4, 6');
  });
  it('14: emptying a crate leaves its built-in sensor', () => {
    const history = '1 associate b with P; 2 add a in P; 3 empty P; 4 move P';
    check(history, 'up b', 'P, b', '1, 2, 3, 4');
    check(history, 'up a', 'P, a', '2, 3');
  });
  it('15: the end of a business transaction takes nothing out', () => {
    check('1 add a in P; 2 end P; 3 move P', 'up a', 'P, a', '1, 2, 3');
  });
  it('16: quantities are added up until nothing is left', () => {
    const history = '1 add A*10kg in P; 2 remove A*4kg from P; 3 move P; 4 remove A*6kg from P; 5 move P';
    check(history, 'up A', 'A, P', '1, 2, 3, 4');
  });
  it('17: a thing in two crates is certainly in the later one', () => {
    check('1 add a in P; 2 add a in Q; 3 move P; 4 move Q', 'up a', 'P, Q, a', '1, 2, 3? OVERLAP, 4');
  });
  it('18: a crate that travelled and is loaded again was probably emptied', () => {
    const history = '1 add A in P; 2 move P; 3 add B in P; 4 move P';
    check(history, 'up A', 'A, P', '1, 2, 3? RELOADED, 4? RELOADED');
    check(history, 'up B', 'B, P', '3, 4');
  });
  it('19: a pallet built by one event per case is certain, and no case leads to another', () => {
    const history = '1 add a in P; 2 add b in P; 3 move P';
    check(history, 'up a', 'P, a', '1, 2, 3');
    check(history, 'up b', 'P, b', '2, 3');
  });
  it('20: what is taken out though nobody put it in was in until then', () => {
    check('1 move P; 2 remove a from P; 3 move P', 'up a', 'P, a', '1? NO_OPENING, 2');
  });
  it('21: a process joins the events of one organisation, and doubtfully those of two', () => {
    const history = '1 X to process t @A; 2 process t to Y @A; 3 B to process t @C';
    check(history, 'up Y', 'B? OTHER_ORGANISATION, X, Y, t', '1, 2, 3? OTHER_ORGANISATION');
  });
  it('22: through a class nothing is certain', () => {
    check('1 X to G; 2 G to Y', 'up Y', 'G? CLASS_ONLY, X? CLASS_ONLY, Y', '1? BEYOND, 2');
  });
  const lots = '1 make a,b of L; 2 X to L';
  it('23: the origin of an item is that of its lot, and a lot leads to its items', () => {
    check(lots, 'up a', 'L, X, a', '1, 2');
    check(lots, 'down X', 'L, X, a, b', '1, 2');
  });
  it('24: what the lot of an item went into is undecided, and sisters are not reached', () => {
    check(`${lots}; 3 L to Y`, 'down a', 'L? LOT_PART, Y? LOT_PART, a', '1, 2? LOT_PART, 3? LOT_PART');
  });
  it('25: what a sister went into is no matter of an item, but one of the lot', () => {
    check(`${lots}; 3 b to Y`, 'down a', 'L? LOT_PART, a', '1, 2? LOT_PART');
    check(`${lots}; 3 b to Y`, 'down L', 'L, Y, a, b', '1, 2, 3');
  });
  it('26: a crate named as input stands for its load, not for its past', () => {
    const history = '1 add A in P; 2 P to X; 3 empty P; 4 add B in P; 5 P to Y';
    check(history, 'up X', 'A, P, X', '1, 2, 3, 5');
    check(history, 'up Y', 'B, P, Y', '2, 4, 5');
    check(history, 'down A', 'A, P, X', '1, 2, 3');
  });
  it('27: told, withdrawn and told anew', () => {
    const history = '1 X to Y; wrong 1; 1c X to Y';
    check(history, 'up Y', 'X, Y', '1? WITHDRAWN, 1c');
    expect(ask('Y', 'up', readHistory(history)).leftOut).toHaveLength(1);
  });
  it('28: nobody takes back the word of another', () => {
    const history = '1 X to Y @A; wrong 1 @B';
    check(history, 'up Y', 'X, Y', '1');
    expect(ask('Y', 'up', readHistory(history)).disputes).toMatchObject([{ organisation: 'B' }]);
  });
  it('29: a declaration counts whenever it is captured', () => {
    check('1 X to Y; wrong 1', 'up Y', 'X? WITHDRAWN, Y', '1? WITHDRAWN');
  });
  it('29b: until its event is there, a declaration is told as one of an event that is not recorded', () => {
    const answer = ask('Y', 'up', DECLARED_ALONE);
    expect(answer.unmatched.map(({ organisation }) => organisation).sort()).toEqual(['M', 'O']);
    expect([answer.leftOut, answer.disputes.length]).toEqual([[], 1]);
    expect(ask('Y', 'up', readHistory('1 X to Y; wrong 1; wrong 1 @M')).unmatched).toEqual([]);
  });
  it('30: an unpacking that was withdrawn ends nothing', () => {
    const history = '1 add a in P; 2 empty P; 3 move P; wrong 2';
    check(history, 'up a', 'P, a', '1, 2? WITHDRAWN, 3');
    expect(ask('a', 'up', readHistory(history)).containers[0]?.windows[0]?.to).toBeNull();
  });
  it('31: who tells an event of another first and takes it back changes nothing', () => {
    const history = '1 X to Y @B; wrong 1 @B; 1a X to Y @A =1';
    check(history, 'up Y', 'X, Y', '1? WITHDRAWN, 1a');
  });
});

describe('directions', () => {
  it('none shows the events of the identifier alone, with what was taken back or is disputed', () => {
    const history = '1 X to Y; 2 add Y in P @R; wrong 1; 3 move Y @M; wrong 3 @O';
    const told = readHistory(history);
    const answer = ask('Y', 'none', told, { recorders: new Set(['O', 'R']) });
    expect(said(answer, told)).toEqual({ ids: 'Y', events: '1? WITHDRAWN, 2, 3? OTHER_RECORDER' });
    expect(answer.leftOut).toHaveLength(1);
    expect(answer.disputes).toMatchObject([{ organisation: 'O' }]);
    expect(answer.containers).toEqual([]);
    expect(answer.complete).toBe(true);
  });
  it('none shows the events of a process, whatever these do', () => {
    check('1 X to process t; 2 process t to Y; 3 process t', 'none t', 't', '1, 2, 3');
  });
  it('both is what is up and what is down, not what is down of that which is up', () => {
    check('1 X to A; 2 A to Y; 3 X to Z; 4 B to Y', 'both A', 'A, X, Y', '1, 2, 3, 4');
  });
  it('both keeps the reasons of both ways', () => {
    const history = '1 make a of L; 2 X to L; 3 L to Y; wrong 2';
    check(history, 'both a', 'L, X? WITHDRAWN, Y? LOT_PART, a', '1, 2? LOT_PART WITHDRAWN, 3? LOT_PART');
  });
});
