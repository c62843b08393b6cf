import { setTimeout as sleep } from 'node:timers/promises';
import { CotraceError } from '@cotrace/core';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { spoken } from '../testing/printed.js';
import { noteSignalHandlers } from '../testing/signal-handlers.js';
import { runNode } from './node.js';
import { EXIT } from './output.js';

/** How long nodes may take to hear of a signal, in milliseconds. */
const SOON_MS = 200;

let forget: () => void;

beforeEach(() => {
  forget = noteSignalHandlers();
});

afterEach(() => {
  forget();
});

describe('a process with nodes', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)('stops them at %s, says so, and is done', async (signal) => {
    let path = '';
    let stopped = 0;
    const nodes = (given: string, end: AbortSignal) => {
      path = given;
      return new Promise<void>((resolve) => {
        end.addEventListener('abort', () => {
          stopped += 1;
          resolve();
        });
      });
    };
    const { code, said } = await spoken(async () => {
      const running = runNode('nodes.yaml', nodes);
      expect([path, stopped]).toEqual(['nodes.yaml', 0]);
      process.emit(signal);
      // A second one, as a terminal and `npm` send it, changes nothing.
      process.emit(signal);
      return Promise.race([running, sleep(SOON_MS, -1)]);
    });
    expect([code, stopped, process.listenerCount(signal) > 0]).toEqual([EXIT.done, 1, true]);
    expect(said).toMatch(new RegExp(`^(\\S+Z cotrace-node info stopping: ${signal}\n){2}$`));
  });

  it('logs why they have stopped, and ends with the exit code of that', async () => {
    const failing = () => Promise.reject(new CotraceError('CONFIG', 'no such node'));
    const { code, text, said } = await spoken(() => runNode('nodes.yaml', failing));
    expect([code, text]).toEqual([EXIT.usage, '']);
    expect(said).toMatch(/^\S+Z cotrace-node error stopped: \[CONFIG\] no such node\n$/);
  });

  it('runs those of its file', async () => {
    const { code, said } = await spoken(() => runNode('/nowhere/nodes.yaml'));
    expect([code, said]).toEqual([EXIT.usage, expect.stringContaining('/nowhere/nodes.yaml')]);
  });
});
