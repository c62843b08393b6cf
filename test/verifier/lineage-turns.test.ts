import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { LineageWalk } from '../../gateway-app/master/proof/lineage-walk.js';
import { Pace } from '../../gateway-app/master/proof/pace.js';
import type { EventContent } from '../../gateway-app/master/proof/event-contents.js';
import type { ReadTrace, TraceReader } from '../../gateway-app/master/proof/trace-reader.js';
import { LINEAGE_LIMITS } from '../../verifier/lineage/lineage.js';
import { readHistory, tracesOf } from '../../verifier/lineage/testing/notation.js';

const LOT = 'https://id.gs1.org/01/09521234500049/10/L';
const CRATE = 'https://id.gs1.org/8003/0952123450004900P';
const item = (at: number): string => `https://id.gs1.org/01/09521234500049/21/${at}`;

/** A lot of so many items, all in a crate that moved as often. */
function tracesRead(size: number): Map<string, ReadTrace> {
  const names = new Map([
    ['L', LOT],
    ['P', CRATE],
  ]);
  const lines = Array.from({ length: size }, (_, at) => {
    names.set(`c${at}`, item(at));
    return `1m${at} make c${at} of L; 2a${at} add c${at} in P; ${at + 3} move P`;
  });
  const told = readHistory(lines.join(';')).map((one) => {
    const traces = one.record.traces.map((entry) => ({
      ...entry,
      id: names.get(entry.id) ?? entry.id,
      lot: entry.lot === null ? null : LOT,
    }));
    return { ...one, record: { ...one.record, traces } };
  });
  return new Map(
    [...tracesOf(told)].map(([id, shown]) => {
      const trees = [shown.map((event) => ({ shown: event }) as EventContent)];
      return [id, { value: new Uint8Array(), head: [], trees }];
    }),
  );
}

describe('a lineage of many events', () => {
  it('is worked out in turns, between which others have the thread', async () => {
    // Collecting what earlier tests left counts as work of this process: a turn that is long each time is not that.
    const longest: number[] = [];
    while (longest.length < 3 && !longest.some((one) => one < 100)) longest.push(await longestTurn());
    expect(Math.min(...longest)).toBeLessThan(100);
  });
});

/** How long the longest turn takes in which a lineage is worked out, in milliseconds of the processor. */
async function longestTurn(): Promise<number> {
  const traces = tracesRead(700);
  const question = { traceId: LOT, direction: 'up' as const, recorders: null, limits: LINEAGE_LIMITS };
  const reader: Pick<TraceReader, 'traces' | 'read' | 'left'> = {
    traces: new Map(),
    left: 0,
    read: (ids) => {
      const had = reader.traces as Map<string, ReadTrace>;
      for (const id of ids) had.set(id, traces.get(id) ?? { value: null, head: [], trees: [] });
      return Promise.resolve(true);
    },
  };
  const walk = new LineageWalk(question, {
    reader: reader as TraceReader,
    pace: new Pace(new AbortController().signal),
    prove: () => Promise.resolve({ blockNum: 1n, nodes: [], values: [] }),
  });
  let longest = 0;
  const done = new AbortController();
  const others = (async () => {
    for (let before = process.cpuUsage(); !done.signal.aborted; before = process.cpuUsage()) {
      await setImmediate();
      // Of the processor, not of the clock: other processes may hold this one up.
      longest = Math.max(longest, process.cpuUsage(before).user / 1000);
    }
  })();
  const needs = await walk.needs();
  done.abort();
  await others;
  expect(needs.size).toBe(702);
  return longest;
}
