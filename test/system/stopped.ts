import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { SystemNetwork, type Command } from './network.js';

// A fifth of a minute for each process, or a whole one, and what goes before and after it.
jest.setTimeout(600_000);

/** How long a process is stopped, in milliseconds. */
const STOPPED_MS = process.env['CI_DEEP'] === '1' ? 60_000 : 12_000;
/** What a command may take longer than usual, in milliseconds. */
export const LONGER_MS = 2000;
const MEASURED: readonly Command[] = ['capture', 'trace', 'order verify', 'nodes', 'state get'];

/** A process that is stopped. */
export interface Stopped {
  readonly process: string;
  /** How the commands that it has a bearing on name who is silent. */
  readonly named: Partial<Readonly<Record<Command, RegExp>>>;
  /** The commands that have their answer all the same. */
  readonly served: readonly Command[];
  /** The commands that cannot, and say who is silent in about the time that the others take. */
  readonly refused: readonly Command[];
  /** What a capture says that has to wait until the process goes on; left out where none has to. */
  readonly held?: string;
}

/** Processes of a network are stopped by SIGSTOP, one after the other, while commands run. */
export function stopped(name: string, flags: readonly string[], kinds: readonly Stopped[]): void {
  describe(`while a process hangs, on ${name}`, () => {
    const network = new SystemNetwork();
    const usual = new Map<Command, number>();
    const say = (text: string) => process.stderr.write(`stopped: ${text}\n`);

    beforeAll(async () => {
      await network.up(...flags);
      for (const command of MEASURED) usual.set(command, await network.usual(command));
      say(
        `usual ${JSON.stringify(Object.fromEntries([...usual].map(([key, ms]) => [key, Math.round(ms)])))}`,
      );
    });

    afterAll(() => network.scene.remove());

    it.each(kinds)('$process: commands answer in time, end, and name it', async (kind) => {
      await network.whileStopped(kind.process, async () => {
        const until = Date.now() + STOPPED_MS;
        do {
          for (const command of [...kind.served, ...kind.refused]) {
            const { longer, last } = await network.longerThan(usual.get(command) ?? 0, command, LONGER_MS);
            const { code, said } = last;
            say(`${kind.process}, ${command}: ${longer} ms longer`);
            if (kind.refused.includes(command)) expect([command, code]).toEqual([command, 1]);
            else if (command !== 'nodes') expect([command, code, said]).toEqual([command, 0, said]);
            expect(said).toMatch(kind.named[command] ?? '');
            expect(longer).toBeLessThan(LONGER_MS);
          }
        } while (Date.now() < until);
      });
      await network.scene.settledNodes();
    });

    const holding = kinds.filter(({ held }) => held !== undefined);
    if (holding.length === 0) return;
    it.each(holding)('$process: a capture says who is silent, and ends when it goes on', async (kind) => {
      const capturing = await network.whileStopped(kind.process, async () => {
        const capture = network.start('capture');
        await capture.says(kind.held ?? '');
        await sleep(STOPPED_MS / 10);
        return { ended: capture.ended };
      });
      expect(await capturing.ended).toMatchObject({ code: 0 });
    });
  });
}
