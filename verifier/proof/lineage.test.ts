import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { lacksOrigin, Lineage, type Direction } from './lineage.js';
import type { ViewedRecord } from './record-view.js';

const RUNS = process.env['CI_DEEP'] === '1' ? 10_000 : 100;

/** A record by its roles: `{ input: ['A'], output: ['B'] }`. */
function record(roles: Readonly<Record<string, readonly string[]>>, txId = 'tx'): ViewedRecord {
  return {
    domain: 'goods',
    txId,
    recordId: txId,
    step: null,
    eventTime: '',
    eventID: null,
    data: null,
    traces: Object.entries(roles).flatMap(([role, ids]) =>
      ids.map((id) => ({ id, role, ver: 1, preTraceTxId: null })),
    ),
  };
}

/** Identifiers of the lineage from `from`, sorted, and how often each was visited. */
function explore(from: string, direction: Direction, records: readonly ViewedRecord[]) {
  const lineage = new Lineage(from, direction);
  const visits = new Map<string, number>();
  for (let id = lineage.next(); id !== null; id = lineage.next()) {
    const current = id;
    visits.set(id, (visits.get(id) ?? 0) + 1);
    lineage.visit(
      id,
      records.filter(({ traces }) => traces.some((trace) => trace.id === current)),
    );
  }
  expect(new Set(lineage.identifiers())).toEqual(new Set(visits.keys()));
  return { ids: lineage.identifiers().sort().join(''), visits };
}

const lineageOf = (from: string, direction: Direction, records: readonly ViewedRecord[]) =>
  explore(from, direction, records).ids;

describe('a lineage', () => {
  // A and B are milled to C; C is split into D and E; E and F are packed as G.
  const chain = [
    record({ subject: ['A'] }),
    record({ input: ['A', 'B'], output: ['C'] }),
    record({ input: ['C'], output: ['D', 'E'] }),
    record({ input: ['E', 'F'], output: ['G'] }),
  ];

  it('goes up from a product through merges to everything it was made of', () => {
    expect(lineageOf('G', 'up', chain)).toBe('ABCEFG');
    expect(lineageOf('D', 'up', chain)).toBe('ABCD');
    expect(lineageOf('A', 'up', chain)).toBe('A');
  });

  it('goes down through splits to everything that a product went into', () => {
    expect(lineageOf('A', 'down', chain)).toBe('ACDEG');
    expect(lineageOf('F', 'down', chain)).toBe('FG');
    expect(lineageOf('G', 'down', chain)).toBe('G');
  });

  it('stays with the identifier where no direction is asked', () => {
    expect(lineageOf('C', 'none', chain)).toBe('C');
  });

  it('ends where things go in circles, each identifier visited once', () => {
    const circle = [
      record({ input: ['A'], output: ['B'] }),
      record({ input: ['B'], output: ['C'] }),
      record({ input: ['C'], output: ['A'] }),
      record({ input: ['D'], output: ['D'] }),
    ];
    for (const direction of ['up', 'down'] as const) {
      const { ids, visits } = explore('A', direction, circle);
      expect(ids).toBe('ABC');
      expect([...visits.values()]).toEqual([1, 1, 1]);
      expect(lineageOf('D', direction, circle)).toBe('D');
    }
  });

  describe('with containers', () => {
    // Cases X and Y travel on pallet P, P in vessel V, where pallet Q with case Z travels too.
    const travels = [
      record({ parent: ['P'], child: ['X', 'Y'] }),
      record({ parent: ['Q'], child: ['Z'] }),
      record({ parent: ['V'], child: ['P', 'Q'] }),
      record({ input: ['A'], output: ['X'] }),
      record({ input: ['B'], output: ['Y'] }),
    ];

    it('goes from what travelled to what it travelled in, not to what else was there', () => {
      expect(lineageOf('X', 'up', travels)).toBe('APVX');
      expect(lineageOf('X', 'down', travels)).toBe('PVX');
    });

    it('stays with a container where no direction is asked', () => {
      expect(lineageOf('P', 'none', travels)).toBe('P');
    });

    it('does not take what stands beside a parent for its child', () => {
      expect(lineageOf('A', 'up', [record({ subject: ['A'], parent: ['P'] })])).toBe('A');
    });

    it('goes through a record once, however many of its identifiers belong to the lineage', () => {
      const { traces, ...rest } = record({
        parent: ['P'],
        child: Array.from({ length: 500 }, (_, i) => `C${i}`),
      });
      let times = 0;
      const counting = {
        ...rest,
        get traces() {
          times += 1;
          return traces;
        },
      };
      const lineage = new Lineage('P', 'up');
      for (let id = lineage.next(); id !== null; id = lineage.next()) {
        lineage.visit(id, [counting]);
        lacksOrigin(id, [counting]);
      }
      expect(lineage.identifiers()).toHaveLength(501);
      expect(times).toBeLessThan(5);
    });

    it('goes from a container that was asked for to what it held, and on from there', () => {
      expect(lineageOf('P', 'up', travels)).toBe('ABPVXY');
      expect(lineageOf('V', 'down', travels)).toBe('PQVXYZ');
    });

    it('takes a container that turns out to be a product as one', () => {
      // T is where X travels, and also what X was made in: an input of it.
      const both = [
        record({ parent: ['T'], child: ['X'] }),
        record({ input: ['T'], output: ['X'] }),
        record({ input: ['S'], output: ['T'] }),
      ];
      expect(lineageOf('X', 'up', both)).toBe('STX');
    });
  });

  it('does not depend on the order of the records', () => {
    const ids = fc.subarray(['A', 'B', 'C', 'D', 'E', 'F'], { maxLength: 3 });
    const anyRecord = fc
      .record({ input: ids, output: ids, parent: ids, child: ids, subject: ids })
      .map((roles) => record(roles));
    const asked = fc.constantFrom<Direction>('up', 'down');
    fc.assert(
      fc.property(fc.array(anyRecord, { maxLength: 8 }), asked, (records, direction) => {
        const { ids: forward, visits } = explore('A', direction, records);
        expect(lineageOf('A', direction, [...records].reverse())).toBe(forward);
        // At most once as a container and once as a product.
        expect(Math.max(...visits.values())).toBeLessThanOrEqual(2);
      }),
      { numRuns: RUNS },
    );
  });
});

describe('an identifier', () => {
  it('lacks an origin where it is only ever used up, or never mentioned', () => {
    expect(lacksOrigin('A', [])).toBe(true);
    expect(lacksOrigin('A', [record({ input: ['A'], output: ['B'] })])).toBe(true);
    expect(lacksOrigin('B', [record({ input: ['A'], output: ['B'] })])).toBe(false);
    expect(lacksOrigin('A', [record({ input: ['A'] }), record({ subject: ['A'] })])).toBe(false);
    expect(lacksOrigin('A', [record({ input: ['A'], subject: ['A'] })])).toBe(false);
  });

  it.each(['subject', 'output', 'parent', 'child'])('has an origin where it is a record’s %s', (role) => {
    expect(lacksOrigin('A', [record({ [role]: ['A'] })])).toBe(false);
  });
});
