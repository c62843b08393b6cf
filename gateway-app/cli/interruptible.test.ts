import { getMaxListeners } from 'node:events';
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

it('work may wait for many things at a time without a warning of Node', async () => {
  const most = await interruptible((signal) => Promise.resolve(getMaxListeners(signal)));
  expect(most === 0 || most === Infinity).toBe(true);
});
