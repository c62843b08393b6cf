import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { naiveLineage } from './testing/naive/naive.js';
import { natureOf, tracesOf, withAll } from './testing/notation.js';
import {
  ask,
  histories,
  questionOf,
  questions,
  recorders,
  sorted,
  summary,
  told,
  withMoreOf,
  withStrangers,
} from './testing/random.js';
import { faults, withFaults } from './testing/faults.js';
import { onlyNeeded, onlyOf, withoutOne } from './testing/showing.js';
import { lineageAndNeeds, lineageOf } from './lineage.js';
import type { Direction, LineageAnswer } from './types.js';

const RUNS = process.env['CI_DEEP'] === '1' ? 10_000 : 100;

/** What is certain, without what only names events: captures and declarations. */
function certainOf({ identifiers, events }: LineageAnswer) {
  return {
    ids: identifiers.filter(({ certain }) => certain).map(({ traceId }) => traceId),
    events: events
      .filter(({ certain }) => certain)
      .map(({ recordId }) => recordId)
      .sort(),
  };
}

describe('the fast closure and the naive reading', () => {
  it('give the same answer for random histories, and certain is a part of all', () => {
    fc.assert(
      fc.property(histories, questions, recorders, (history, [id, direction], who) => {
        const events = told(history);
        const fast = summary(ask(id, direction, events, { recorders: who }));
        const naive = naiveLineage({ traceId: id, direction, natureOf, recorders: who }, events);
        expect(fast).toEqual({ ids: sorted([...naive.ids]), events: sorted([...naive.events]) });
        expect(naive.stray).toEqual([]);
      }),
      { numRuns: RUNS },
    );
  });
});

describe('a lineage', () => {
  it('does not depend on the order of capture', () => {
    fc.assert(
      fc.property(
        histories,
        questions,
        fc.infiniteStream(fc.nat({ max: 1000 })),
        (history, [id, direction], random) => {
          const events = told(history);
          const shuffled = events
            .map((one) => ({ one, by: Number(random.next().value) }))
            .sort((a, b) => a.by - b.by);
          const other = ask(
            id,
            direction,
            shuffled.map(({ one }) => one),
          );
          const given = ask(id, direction, events);
          expect(summary(other)).toEqual(summary(given));
          expect(other.containers).toEqual(given.containers);
        },
      ),
      { numRuns: RUNS },
    );
  });

  it.each([
    ['strangers, who each record one event', withStrangers, null],
    ['who is not among the recorders, however much it records', withMoreOf('W', false), new Set(['O', 'M'])],
    ['what was told and withdrawn', withMoreOf('W', true), null],
  ])('loses nothing by %s', (_, pairs, who) => {
    fc.assert(
      fc.property(pairs, questions, ([before, after], [id, direction]) => {
        const [less, more] = [before, after].map((history) =>
          ask(id, direction, told(history), { recorders: who }),
        );
        if (less === undefined || more === undefined) throw new Error('no answer');
        const had = [...Object.keys(summary(less).ids), ...Object.keys(summary(less).events)];
        const has = summary(more);
        expect(had.filter((one) => has.ids[one] === undefined && has.events[one] === undefined)).toEqual([]);
      }),
      { numRuns: RUNS },
    );
  });

  it('has as certain nothing of an event that was told and withdrawn, and nothing that lacks for it', () => {
    fc.assert(
      fc.property(histories, histories, questions, (history, more, [id, direction]) => {
        // Of an organisation of its own, so that only its own declarations concern it.
        const [line = ''] = more.split('; ');
        const added = line.replace(/ @\w+/, '').replace(/^(\d+)n0/, '$1extra');
        const name = added.split(' ')[0] ?? '';
        const never = certainOf(ask(id, direction, told(history)));
        const withdrawn = ask(id, direction, told(`${history}; ${added} @W; wrong ${name} @W`));
        expect(certainOf(withdrawn)).toEqual(never);
      }),
      { numRuns: RUNS },
    );
  });

  it('is complete for recorders, and as certain, where of others only the number of events is known', () => {
    const some = fc.constantFrom(new Set(['O']), new Set(['O', 'M']));
    fc.assert(
      fc.property(histories, questions, some, (history, [id, direction], who) => {
        const events = told(history);
        const question = { ...questionOf(id, direction), recorders: who };
        const shown = onlyOf(who, withAll(tracesOf(events), id));
        const answer = lineageOf(question, shown);
        expect(answer.complete).toBe(true);
        expect(certainOf(answer)).toEqual(certainOf(ask(id, direction, events, { recorders: who })));
        const naive = naiveLineage(
          { traceId: id, direction, natureOf, recorders: who },
          events.filter(({ organisation }) => who.has(organisation)),
        );
        expect(summary(answer)).toEqual({ ids: sorted([...naive.ids]), events: sorted([...naive.events]) });
      }),
      { numRuns: RUNS },
    );
  });

  it('is not changed by the declarations of others', () => {
    fc.assert(
      fc.property(histories, fc.nat(), questions, (history, which, [id, direction]) => {
        const events = told(history);
        const names = events.filter(({ record }) => !record.wrong).map(({ name }) => name);
        const disputed = told(`${history}; wrong ${names[which % names.length] ?? ''} @W`);
        expect(summary(ask(id, direction, disputed))).toEqual(summary(ask(id, direction, events)));
      }),
      { numRuns: RUNS },
    );
  });

  it('of a transformation that was told in parts under one process is that of the whole', () => {
    const ids = fc.subarray(['A', 'B', 'X', 'Y'], { minLength: 1 });
    fc.assert(
      fc.property(histories, ids, ids, questions, (history, inputs, outputs, [id, direction]) => {
        const whole = `${history}; 5whole ${inputs.join()} to ${outputs.join()}`;
        const parts = [
          ...inputs.map((one) => `5in${one} ${one} to process q`),
          ...outputs.map((one) => `5out${one} process q to ${one}`),
        ];
        const idsOf = (text: string) =>
          ask(id, direction, told(text))
            .identifiers.filter(({ traceId }) => traceId !== 'q')
            .map(({ traceId, certain }) => `${traceId} ${certain}`);
        expect(idsOf([history, ...parts].join('; '))).toEqual(idsOf(whole));
      }),
      { numRuns: RUNS },
    );
  });

  it('is the same for times that are all moved alike', () => {
    fc.assert(
      fc.property(histories, questions, (history, [id, direction]) => {
        const moved = history.replace(
          /(^|; |=|wrong )(\d+)n/g,
          (_, before: string, at: string) => `${before}${Number(at) + 20}n`,
        );
        const shape = (text: string) => {
          const events = told(text);
          const { identifiers, events: shown } = ask(id, direction, events);
          const nameOf = new Map(
            events.map(({ name, record }) => [record.recordId, name.replace(/^\d+/, '')]),
          );
          return {
            identifiers,
            shown: shown
              .map(({ recordId, because }) => `${nameOf.get(recordId) ?? ''} ${because.join()}`)
              .sort(),
          };
        };
        expect(shape(moved)).toEqual(shape(history));
      }),
      { numRuns: RUNS },
    );
  });

  it('without containers, lots and classes leads up exactly where it leads down', () => {
    const thing = fc.constantFrom('A', 'B', 'C', 'D', 'E');
    const lines = fc.array(
      fc.tuple(thing, thing, fc.constantFrom('', ' @M', ' @N'), fc.constantFrom('', ' by process t')),
      { maxLength: 8 },
    );
    fc.assert(
      fc.property(lines, (pairs) => {
        const events = told(
          pairs.map(([from, to, who, process], at) => `1n${at} ${from} to ${to}${process}${who}`).join('; '),
        );
        const edges = (direction: Direction) =>
          ['A', 'B', 'C', 'D', 'E'].flatMap((id) =>
            ask(id, direction, events)
              .identifiers.filter(({ traceId }) => traceId !== 't')
              .map(({ traceId, certain }) =>
                direction === 'up' ? `${traceId} ${id} ${certain}` : `${id} ${traceId} ${certain}`,
              ),
          );
        expect(edges('up').sort()).toEqual(edges('down').sort());
      }),
      { numRuns: RUNS },
    );
  });

  it('finds down of a thing whatever the thing is up of: a recall misses nothing that a search for origins finds', () => {
    const ids = ['a', 'b', 'A', 'B', 'L', 'X', 'Y', 'P', 'Q', 'V', 'G'];
    fc.assert(
      fc.property(histories, fc.constantFrom(...ids), recorders, (history, id, who) => {
        const events = told(history);
        const reached = (from: string, way: Direction) =>
          ask(from, way, events, { recorders: who }).identifiers.map(({ traceId }) => traceId);
        const up = reached(id, 'up').filter((one) => ids.includes(one));
        expect(up.filter((origin) => !reached(origin, 'down').includes(id))).toEqual([]);
      }),
      { numRuns: RUNS },
    );
  });

  it('is not changed by uses of a container outside its windows, but for their number', () => {
    const use = fc.constantFrom('move P', 'add b in P', 'remove b from P', 'P to Y', 'empty P');
    fc.assert(
      fc.property(fc.array(use, { maxLength: 5 }), fc.array(use, { maxLength: 5 }), (before, after) => {
        const own = '10 add a in P; 11 move P; 12 remove a from P';
        const others = [
          ...before.map((one, at) => `${at + 1} ${one}`),
          ...after.map((one, at) => `${at + 20} ${one}`),
        ];
        const alone = ask('a', 'up', told(own));
        const used = ask('a', 'up', told([own, ...others].join('; ')));
        expect(summary(used)).toEqual(summary(alone));
        expect(used.containers.map(({ windows }) => windows)).toEqual(
          alone.containers.map(({ windows }) => windows),
        );
        expect(used.containers[0]?.otherUses.events).toBe(others.length);
      }),
      { numRuns: RUNS },
    );
  });

  it('is the same where only what it needs is shown, and has an open end without any part of that', () => {
    fc.assert(
      fc.property(histories, questions, recorders, fc.nat(), (history, [id, direction], who, which) => {
        const question = { ...questionOf(id, direction), recorders: who };
        const traces = withAll(tracesOf(told(history)), id);
        const { answer, needs } = lineageAndNeeds(question, traces);
        const shown = onlyNeeded(traces, needs);
        expect(lineageAndNeeds(question, shown)).toEqual({ answer, needs });
        expect(answer.complete).toBe(true);
        const less = withoutOne(shown, needs, which);
        const other = less === null ? null : lineageOf(question, less);
        // Of recorders what is certain is complete, whatever is shown of others.
        if (other?.complete === true)
          expect({ who, ...certainOf(other) }).toEqual({ who: expect.any(Set), ...certainOf(answer) });
      }),
      { numRuns: RUNS },
    );
  });

  it('is the same where only what it needs is shown, of traces that do not agree as well', () => {
    fc.assert(
      fc.property(histories, questions, recorders, faults, (history, [id, direction], who, wrong) => {
        const question = { ...questionOf(id, direction), recorders: who };
        const traces = withFaults(withAll(tracesOf(told(history)), id), wrong);
        const { answer, needs } = lineageAndNeeds(question, traces);
        const shown = onlyNeeded(traces, needs);
        expect(lineageAndNeeds(question, shown)).toEqual({ answer, needs });
      }),
      { numRuns: RUNS },
    );
  });

  it('both ways is what is up and what is down of the identifier asked for', () => {
    fc.assert(
      fc.property(histories, questions, (history, [id]) => {
        const events = told(history);
        const [up, down, both] = (['up', 'down', 'both'] as const).map((way) => ask(id, way, events));
        const union = (list: (answer: LineageAnswer) => readonly string[]) =>
          [...new Set([up, down].flatMap((answer) => (answer === undefined ? [] : list(answer))))].sort();
        const certain = (answer: LineageAnswer) => [...certainOf(answer).ids, ...certainOf(answer).events];
        const all = ({ identifiers, events: shown }: LineageAnswer) => [
          ...identifiers.map(({ traceId }) => traceId),
          ...shown.map(({ recordId }) => recordId),
        ];
        if (both === undefined) throw new Error('no answer');
        expect(certain(both).sort()).toEqual(union(certain));
        expect(all(both).sort()).toEqual(union(all));
      }),
      { numRuns: RUNS },
    );
  });
});
