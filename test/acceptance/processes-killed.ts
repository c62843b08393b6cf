import { describe, expect, it } from '@jest/globals';
import { DEFAULT_DOMAINS } from '@cotrace/core';
import type { StatusAnswer, TraceAnswer } from './answers.js';
import type { Backend } from './backend.js';
import type { Scene } from './scene.js';

const NODES = 'org3.business';
/** An identifier of the rice chain that the demo recorded. */
const PADDY = 'https://id.gs1.org/01/09521234500018/10/PADDY-A';

/** Processes die: what is told, what still works, and how they come back. */
export function processesKilled(scene: Scene, { peers }: Backend): void {
  const isGone = (name: string) => /^org3\.(?!master)/.test(name);

  async function kill(name: string): Promise<void> {
    const { value } = await scene.cotrace.json<StatusAnswer>('network', 'status');
    const pid = value.processes.find((entry) => entry.name === name)?.pid ?? null;
    if (pid === null) throw new Error(`${name} does not run`);
    process.kill(pid, 'SIGKILL');
  }

  describe('when the process of an organisation’s business nodes is killed', () => {
    it('they are told as away, by exit code too, and the others go on', async () => {
      await kill(NODES);
      const { code, value } = await scene.nodesBut(isGone);
      expect(code).toBe(1);
      const away = value.filter(({ state }) => state === 'away');
      expect(away.map(({ name, height, lag, storeBytes }) => [name, height, lag, storeBytes])).toEqual(
        DEFAULT_DOMAINS.map(({ name }) => [`org3.${name}`, null, null, null]),
      );
      const others = value.filter((node) => !away.includes(node));
      expect(others.every(({ state, lag }) => state === 'following' && lag !== null)).toBe(true);
    });

    it('the status of the network names it, and its state cannot be read', async () => {
      const [status, read] = await Promise.all([
        scene.cotrace.json<StatusAnswer>('network', 'status'),
        scene.cotrace.error('state', 'get', 'retail', 'meta/domain', '--org', 'org3'),
      ]);
      expect([status.code, status.value.state]).toEqual([1, 'partly up']);
      const stopped = status.value.processes.filter(({ running }) => !running);
      expect(stopped.map(({ name }) => name)).toEqual([NODES]);
      expect(read).toMatchObject({ exit: 1, code: 'UNREACHABLE' });
    });
  });

  describe('when the peers are killed as well', () => {
    it('what is recorded can be traced and proven, and no node is told as away but those that are', async () => {
      for (const peer of peers) await kill(peer);
      const [trace, { code, value }] = await Promise.all([
        scene.cotrace.json<TraceAnswer>('trace', PADDY),
        scene.nodesBut(isGone),
      ]);
      expect([trace.code, trace.value.events.length]).toEqual([0, 2]);
      expect(code).toBe(1);
      for (const { name, role, state, lag } of value.filter((node) => !isGone(node.name))) {
        // Masters say so after a while.
        const shown = role === 'master' && state === 'peer away' ? 'following' : state;
        expect([name, shown, lag]).toEqual([name, 'following', null]);
      }
    });

    it('`network up` starts what was killed, and nothing else', async () => {
      const { code, stderr } = await scene.cotrace.run('network', 'up');
      expect({ code, stderr }).toMatchObject({ code: 0 });
      expect(stderr.match(/^starting .*$/gm)?.sort()).toEqual(
        [...peers, NODES].map((name) => `starting ${name}`),
      );
      const settled = await scene.settledNodes();
      expect(settled.filter(({ state, lag }) => state !== 'following' || lag === null)).toEqual([]);
    });
  });
}
