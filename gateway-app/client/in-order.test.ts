import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { runInOrder, type KeyedTask } from './in-order.js';

const numRuns = process.env['CI_DEEP'] === '1' ? 10_000 : 100;

/** As `node --expose-gc` has it. */
function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
}

/** Runs tasks; fails where they have not ended when `patience` has: a wait for a place could last without end. */
function run<T>(
  tasks: readonly KeyedTask<T>[],
  limit: number,
  patience: Promise<unknown> = sleep(1000, null, { ref: false }),
): Promise<T[]> {
  const late = patience.then(() => {
    throw new Error('the tasks do not end');
  });
  return Promise.race([runInOrder(tasks, limit), late]);
}

/** Tasks that tell when they start and end. */
function tracked(keys: readonly (readonly string[])[], work: (i: number) => Promise<void>) {
  const log: { readonly at: 'start' | 'end'; readonly i: number }[] = [];
  const tasks = keys.map((keysOfTask, i): KeyedTask<number> => ({
    keys: keysOfTask,
    run: async () => {
      log.push({ at: 'start', i });
      try {
        await work(i);
      } finally {
        log.push({ at: 'end', i });
      }
      return i;
    },
  }));
  return { tasks, log };
}

describe('running tasks in order', () => {
  it('keeps the order of tasks that share a key, and the limit', async () => {
    const keySets = fc.array(fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd', 'e'), { maxLength: 3 }), {
      maxLength: 30,
    });
    const delays = fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 30, maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(keySets, delays, fc.integer({ min: 1, max: 5 }), async (keys, turns, limit) => {
        const { tasks, log } = tracked(keys, async (i) => {
          for (let turn = 0; turn < (turns[i] ?? 0); turn += 1) await Promise.resolve();
        });
        // They wait for nothing but promises: the next turn comes when nothing is left to do.
        expect(await run(tasks, limit, nextTurn())).toEqual(keys.map((_, i) => i));
        let running = 0;
        for (const { at } of log) {
          running += at === 'start' ? 1 : -1;
          expect(running).toBeLessThanOrEqual(limit);
        }
        const place = (at: 'start' | 'end', i: number) =>
          log.findIndex((entry) => entry.at === at && entry.i === i);
        keys.forEach((keysOfTask, later) => {
          keys.slice(0, later).forEach((earlierKeys, earlier) => {
            if (!earlierKeys.some((key) => keysOfTask.includes(key))) return;
            expect(place('end', earlier)).toBeLessThan(place('start', later));
          });
        });
      }),
      { numRuns },
    );
  });

  it('runs tasks without a common key side by side, up to the limit', async () => {
    let running = 0;
    let most = 0;
    const { tasks } = tracked([['a'], ['b'], [], [], ['c']], async () => {
      running += 1;
      most = Math.max(most, running);
      await sleep(5);
      running -= 1;
    });
    await run(tasks, 4);
    expect(most).toBe(4);
  });

  it('lets no waiting task take a place that another one could use', async () => {
    let releaseFirst: () => void = () => undefined;
    const { tasks, log } = tracked([['a'], ['a'], ['a'], ['b']], async (i) => {
      if (i === 0) await new Promise<void>((resolve) => (releaseFirst = resolve));
      if (i === 3) releaseFirst();
    });
    await run(tasks, 2);
    expect(log.find(({ at }) => at === 'end')).toEqual({ at: 'end', i: 3 });
  });

  it('rejects with the first rejection, after everything else has ended', async () => {
    const { tasks, log } = tracked([['a'], ['a'], ['b']], async (i) => {
      await sleep(i);
      if (i === 0) throw new Error('first');
    });
    await expect(run(tasks, 3)).rejects.toThrow('first');
    expect(
      log
        .filter(({ at }) => at === 'end')
        .map(({ i }) => i)
        .sort(),
    ).toEqual([0, 1, 2]);
  });

  it('looks no more than 2,048 tasks ahead of the first that has not ended', async () => {
    let taken = 0;
    let release: () => void = () => undefined;
    function* tasks(): Generator<KeyedTask<number>> {
      for (; taken < 5000; taken++) {
        const i = taken;
        yield { keys: [], run: () => (i === 0 ? first : Promise.resolve(i)) };
      }
    }
    const first = new Promise<number>((resolve) => (release = () => resolve(0)));
    const all = runInOrder(tasks(), 2);
    await nextTurn();
    expect(taken).toBe(2048);
    release();
    expect(await all).toHaveLength(5000);
  });

  it('keeps no task once it has run', async () => {
    const kept: WeakRef<object>[] = [];
    let freed = 0;
    function* tasks(): Generator<KeyedTask<null>> {
      for (let i = 0; i < 100; i++) {
        const data = { bytes: new Uint8Array(1000) };
        kept.push(new WeakRef(data));
        yield { keys: [`${i}`], run: () => nextTurn(data).then(() => null) };
      }
      yield { keys: kept.map((_, i) => `${i}`), run: count };
    }
    const count = async (): Promise<null> => {
      await nextTurn();
      collectGarbage();
      freed = kept.filter((one) => one.deref() === undefined).length;
      return null;
    };
    await runInOrder(tasks(), 4);
    expect(freed).toBeGreaterThan(90);
  });
});
