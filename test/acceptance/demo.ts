import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from '@jest/globals';
import type { NodeAnswer, StatusAnswer, TraceAnswer } from './answers.js';
import type { Backend } from './backend.js';
import type { Running } from './cotrace.js';
import type { Scene } from './scene.js';

/** The default network, with cycles that no test here comes to the end of: a demo on a new network has shorter ones. */
const TOPOLOGY = ['--topology', fileURLToPath(new URL('../../network/topology.yaml', import.meta.url))];
const EVENTS = 12;
const NODES = 3 + 3 * 4;

interface DemoAnswer {
  readonly holds: boolean;
  readonly checks: readonly { readonly what: string; readonly holds: boolean }[];
  readonly trace: TraceAnswer;
  readonly nodes: readonly NodeAnswer[];
}

/** A demo that stays up: the network that other parts of the suite work on. */
export interface Demo {
  running: Running | null;
}

/** The demo on a new network, and again, staying up. */
export function demoBegins(scene: Scene, { flags }: Backend): Demo {
  const demo: Demo = { running: null };

  describe('the demo', () => {
    it('records, traces and proves the rice chain on a new network, says who stores what, and stops', async () => {
      const { code, stdout, stderr } = await scene.cotrace.run('demo', '--once', ...flags, ...TOPOLOGY);
      expect({ code, stderr }).toMatchObject({ code: 0 });
      const story = stdout.split('\n');
      expect(story.filter((line) => line.startsWith('ok '))).toHaveLength(4);
      expect(story.filter((line) => line.startsWith('FAIL'))).toEqual([]);
      expect(stdout).toMatch(/^complete: every event .* none is forged, altered or left out\.$/m);
      expect(
        story.filter((line) => /^ {2}org\d\.\w+ +(?:master|business) .* [\d.]+ kB$/.test(line)),
      ).toHaveLength(NODES);
      expect(stdout).toContain('BAG-5KG-7 from 01/09521234500032/10/MILLED-7');

      const { value } = await scene.cotrace.json<StatusAnswer>('network', 'status');
      expect([value.state, value.processes.filter(({ running }) => running)]).toEqual(['down', []]);
    });

    it('does the same again on what is recorded, and stays up', async () => {
      demo.running = scene.cotrace.start('--json', 'demo', ...flags);
      await demo.running.says('stays up until');
      const { code, value } = await scene.cotrace.json<StatusAnswer>('network', 'status');
      expect([code, value.state]).toEqual([0, 'up']);
    });
  });
  return demo;
}

/** The end of the demo that stayed up. */
export function demoEnds(scene: Scene, { flags, peers }: Backend, demo: Demo): void {
  describe('the demo, when interrupted', () => {
    let answer: DemoAnswer;
    let code: number | null;

    beforeAll(async () => {
      if (demo.running === null) throw new Error('the demo does not run');
      // As a terminal does for `npm start`: one for the command, and one that npm passes on.
      demo.running.signal('SIGINT');
      demo.running.signal('SIGINT');
      const ended = await demo.running.ended;
      code = ended.code;
      answer = JSON.parse(ended.stdout) as DemoAnswer;
    });

    it('ends well where every check held', () => {
      expect([code, answer.holds, answer.checks.filter(({ holds }) => !holds)]).toEqual([0, true, []]);
      expect([answer.trace.events.length, answer.trace.complete]).toEqual([EVENTS, true]);
      expect(answer.checks[0]?.what).toBe(`${EVENTS} of ${EVENTS} events of the rice chain recorded`);
      expect(answer.nodes).toHaveLength(NODES);
    });

    it('stops the network too where it has not come to the checks', async () => {
      const early = scene.cotrace.start('--json', 'demo', ...flags);
      await early.says(`starting ${peers[0] ?? ''}`);
      early.signal('SIGTERM');
      const { code: exit, stdout, stderr } = await early.ended;
      expect([exit, stdout]).toEqual([130, '']);
      expect(stderr).toContain('"code":"INTERRUPTED"');
      const { value } = await scene.cotrace.json<StatusAnswer>('network', 'status');
      expect([value.state, value.processes.filter(({ running }) => running)]).toEqual(['down', []]);
    });
  });
}
