import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { untilSilent } from './until-silent.js';

const SILENCE_MS = 20;

async function* numbers(count: number, pause: number): AsyncGenerator<number> {
  for (let i = 0; i < count; i += 1) {
    if (pause > 0) await sleep(pause);
    yield i;
  }
}

async function collect(items: AsyncIterable<number>, into: number[] = []): Promise<number[]> {
  for await (const item of items) into.push(item);
  return into;
}

const never = () => Promise.reject(new Error('nobody should ask'));

describe('a stream that may go silent', () => {
  it('is handed on to its end, and nobody is asked while it brings something', async () => {
    expect(await collect(untilSilent(numbers(5, 0), never, SILENCE_MS))).toEqual([0, 1, 2, 3, 4]);
  });

  it('may be silent as long as there is nothing more', async () => {
    let asked = 0;
    const isBehind = () => {
      asked += 1;
      return Promise.resolve(false);
    };
    expect(await collect(untilSilent(numbers(2, 5 * SILENCE_MS), isBehind, SILENCE_MS))).toEqual([0, 1]);
    expect(asked).toBeGreaterThan(2);
  });

  it('may be behind for a moment', async () => {
    const answers = [true, false, true, false];
    const isBehind = () => Promise.resolve(answers.shift() ?? false);
    expect(await collect(untilSilent(numbers(1, 8 * SILENCE_MS), isBehind, SILENCE_MS))).toEqual([0]);
  });

  it('is given up where there is more and it does not come', async () => {
    const got: number[] = [];
    const items = (async function* () {
      yield* numbers(2, 0);
      await new Promise(() => undefined);
    })();
    await expect(
      collect(
        untilSilent(items, () => Promise.resolve(true), SILENCE_MS),
        got,
      ),
    ).rejects.toMatchObject({ code: 'SILENT' });
    expect(got).toEqual([0, 1]);
  });

  it('is given up where nobody can say whether there is more', async () => {
    const away = new Error('away');
    const items = numbers(1, 10 * SILENCE_MS);
    await expect(collect(untilSilent(items, () => Promise.reject(away), SILENCE_MS))).rejects.toBe(away);
  });

  it('fails as the stream fails', async () => {
    const items = (async function* () {
      yield* numbers(1, 0);
      throw new Error('torn');
    })();
    await expect(collect(untilSilent(items, never, SILENCE_MS))).rejects.toThrow('torn');
  });
});
