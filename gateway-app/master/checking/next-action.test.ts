import { describe, expect, it } from '@jest/globals';
import { nextActions, type CheckingView, type DueCycle, type UnanchoredCycle } from './next-action.js';

const MEMBERS = ['B', 'C', 'A'];
const PATIENCE = { t1Ms: 10_000, t2Ms: 30_000 };
const STARTED = 1_000_000;
/** Cycle 3 of members A, B, C: A at attempt 0, B at 1, C at 2. */
const due: DueCycle = {
  checkNum: 3n,
  newest: 5n,
  startedMs: STARTED,
  members: MEMBERS,
  late: [],
  isRecorded: false,
};
const unanchored: UnanchoredCycle = { checkNum: 2n, sealedMs: STARTED, initiator: 'C', members: MEMBERS };

const actionsOf = (own: string, afterMs: number, view: Partial<CheckingView> = { due }) =>
  nextActions({ own, due: null, unanchored: null, ...view }, PATIENCE, STARTED + afterMs);

describe('what a master does', () => {
  it('seals all cycles that it can where it is expected, others wait', () => {
    expect(actionsOf('A', 0)).toEqual([{ kind: 'seal', from: 3n, to: 5n }]);
    expect(actionsOf('B', 0)).toEqual([]);
    expect(actionsOf('C', 9_999)).toEqual([]);
  });

  it('seals at most 64 cycles at once', () => {
    expect(actionsOf('A', 0, { due: { ...due, newest: 500n } })).toEqual([
      { kind: 'seal', from: 3n, to: 66n },
    ]);
  });

  it('warns after t1 who is expected, as the one that is next', () => {
    expect(actionsOf('B', 10_000)).toEqual([
      { kind: 'report', checkNum: 3n, attempt: 0, late: 'warning', mspId: 'A' },
    ]);
    expect(actionsOf('C', 10_000)).toEqual([]);
    expect(actionsOf('C', 40_000)).toEqual([
      { kind: 'report', checkNum: 3n, attempt: 1, late: 'warning', mspId: 'B' },
    ]);
  });

  it('replaces who did not come by t2 and reports it first', () => {
    const seal = { kind: 'seal', from: 3n, to: 5n };
    const penalty = (attempt: number, mspId: string) => ({
      kind: 'report',
      checkNum: 3n,
      attempt,
      late: 'penalty',
      mspId,
    });
    expect(actionsOf('B', 30_000)).toEqual([penalty(0, 'A'), seal]);
    expect(actionsOf('C', 60_000)).toEqual([penalty(1, 'B'), seal]);
    expect(actionsOf('A', 30_000)).toEqual([]);
  });

  it('reports nobody twice, and not itself', () => {
    const late = [
      { attempt: 0, kind: 'penalty' as const, mspId: 'A' },
      { attempt: 0, kind: 'warning' as const, mspId: 'A' },
    ];
    const reported = { due: { ...due, late } };
    expect(actionsOf('B', 10_000, reported)).toEqual([]);
    expect(actionsOf('B', 30_000, reported)).toEqual([{ kind: 'seal', from: 3n, to: 5n }]);
    const alone = { due: { ...due, members: ['A'] } };
    expect(actionsOf('A', 45_000, alone)).toEqual([{ kind: 'seal', from: 3n, to: 5n }]);
  });

  it('reports nobody for a cycle that is recorded, and seals it again', () => {
    const again = { due: { ...due, newest: 3n, isRecorded: true } };
    expect(actionsOf('B', 10_000, again)).toEqual([]);
    expect(actionsOf('B', 30_000, again)).toEqual([{ kind: 'seal', from: 3n, to: 3n }]);
  });

  it('reports no attempt that a report cannot name', () => {
    const after = 10_001 * PATIENCE.t2Ms;
    const own = MEMBERS.toSorted()[(3 + 10_001) % 3] ?? '';
    expect(actionsOf(own, after)).toEqual([{ kind: 'seal', from: 3n, to: 5n }]);
  });

  it('anchors what it initiated, and after each t1 the next member does', () => {
    const anchor = [{ kind: 'anchor', checkNum: 2n }];
    expect(actionsOf('C', 0, { unanchored })).toEqual(anchor);
    expect(actionsOf('A', 0, { unanchored })).toEqual([]);
    expect(actionsOf('A', 10_000, { unanchored })).toEqual(anchor);
    expect(actionsOf('C', 10_000, { unanchored })).toEqual([]);
    expect(actionsOf('B', 20_000, { unanchored })).toEqual(anchor);
  });

  it('has an anchor begun by the first member where a stranger made the seal', () => {
    expect(actionsOf('A', 0, { unanchored: { ...unanchored, initiator: 'Z' } })).toHaveLength(1);
  });
});
