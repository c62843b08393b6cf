import { expect, it } from '@jest/globals';
import { interruptible } from './interruptible.js';

const handlers = () => process.listenerCount('SIGINT');

it('work is asked to end by the first Ctrl-C, and only by the first', async () => {
  const before = handlers();
  const work = interruptible(async (signal) => {
    const began = signal.aborted;
    process.emit('SIGINT');
    return Promise.resolve([began, signal.aborted, handlers()]);
  });
  expect(await work).toEqual([false, true, before]);
});

it('work that has ended is not asked', async () => {
  const before = handlers();
  const signal = await interruptible((given) => Promise.resolve(given));
  const failed = interruptible(() => Promise.reject(new Error('failed')));
  await expect(failed).rejects.toThrow('failed');
  expect([handlers(), signal.aborted]).toEqual([before, false]);
});
