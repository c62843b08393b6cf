import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { isNodeLog } from '../testing/printed.js';

const STREAMS = [process.stdout, process.stderr] as const;
const { argv, exitCode } = process;
const before = STREAMS.map((stream) => stream.listeners('error'));
let text = '';
/** What was written, and not yet out, when the process was to end; null where it was not to. */
let pending: number | null = null;
let codeAtEnd: unknown;

beforeAll(async () => {
  let under = 0;
  const spies = STREAMS.map((stream) =>
    jest.spyOn(stream, 'write').mockImplementation((chunk, written: unknown) => {
      if (isNodeLog(chunk)) return true;
      text += String(chunk);
      under += 1;
      setTimeout(() => {
        under -= 1;
        if (typeof written === 'function') (written as () => void)();
      }, 10);
      return true;
    }),
  );
  const exit = jest.spyOn(process, 'exit').mockImplementation((() => {
    pending = under;
    codeAtEnd = process.exitCode;
  }) as typeof process.exit);
  process.argv = ['/usr/bin/node', '/usr/bin/cotrace', 'nope'];
  try {
    await import('./main.js');
  } finally {
    for (const spy of [...spies, exit]) spy.mockRestore();
    process.argv = argv;
    process.exitCode = exitCode;
  }
});

afterAll(() => {
  for (const [i, stream] of STREAMS.entries()) for (const listener of added(i)) stream.off('error', listener);
});

/** Listeners that the program has added to a stream. */
function added(i: number) {
  const listeners = STREAMS[i]?.listeners('error') ?? [];
  return listeners.filter((one) => before[i]?.includes(one) !== true) as ((error: Error) => void)[];
}

it('the program runs the command line, and ends when all is written', () => {
  expect(text).toMatch(/^error: unknown command 'nope'/);
  expect([pending, codeAtEnd]).toEqual([0, 2]);
});

it.each([0, 1])('the program outlives who reads what it writes: stream %i', (i) => {
  const gone = Object.assign(new Error('nobody reads'), { code: 'EPIPE' });
  expect(added(i)).toHaveLength(1);
  for (const listener of added(i)) expect(() => listener(gone)).not.toThrow();
});
