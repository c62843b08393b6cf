import { describe, expect, it } from '@jest/globals';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { StateAnswer, TraceAnswer } from './answers.js';
import { Running } from './cotrace.js';
import type { Scene } from './scene.js';

/** Every command, as its words. */
const COMMANDS = [
  '',
  'network',
  'network up',
  'network down',
  'network status',
  'network prepare',
  'network deploy',
  'capture',
  'trace',
  'verify',
  'watch',
  'order',
  'order place',
  'order verify',
  'state',
  'state get',
  'nodes',
  'checking',
  'node',
  'consortium',
  'consortium check',
  'consortium rules',
  'define',
  'demo',
];

const wordsOf = (command: string) => command.split(' ').filter((word) => word !== '');

/** Lines that a stack trace has. */
const STACK = /^\s+at .+:\d+:\d+|\.js:\d+/m;

/** How the command line answers whatever it is given, on a network that runs. */
export function manners(scene: Scene): void {
  describe('the command line', () => {
    it('explains every command', async () => {
      const helps = await Promise.all(
        COMMANDS.map((command) => new Running([...wordsOf(command), '--help']).ended),
      );
      helps.forEach(({ code, stdout, stderr }, i) => {
        expect([COMMANDS[i], code, stderr]).toEqual([COMMANDS[i], 0, '']);
        expect(stdout).toContain(['Usage: cotrace', ...wordsOf(COMMANDS[i] ?? '')].join(' '));
        const listed =
          stdout
            .split('Commands:\n')[1]
            ?.split('\n\n')[0]
            ?.matchAll(/^ {2}([a-z]+) /gm) ?? [];
        for (const [, name = ''] of listed) {
          const command = [...wordsOf(COMMANDS[i] ?? ''), name].join(' ');
          if (name !== 'help') expect(COMMANDS).toContain(command);
        }
      });
    });

    const wrongUses: readonly (readonly string[])[] = [
      [],
      ['bogus'],
      ['network'],
      ['network', 'sideways'],
      ['capture'],
      ['capture', 'no-such-file.json'],
      ['capture', '--in-flight', '0', 'x.json'],
      ['trace'],
      ['trace', ''],
      ['trace', 'https://id.gs1.org/01/09521234500048'],
      ['trace', 'x', '--up', '--down'],
      ['trace', 'x', '--both', '--down'],
      ['trace', 'x', '--show', 'some'],
      ['trace', 'x', '--show', 'newest'],
      ['trace', 'x', '--show', 'newest', '0'],
      ['trace', 'x', '--up', '--show', 'newest', '3'],
      ['trace', 'x', '--at', 'yesterday'],
      ['watch'],
      ['watch', 'x', '--every', '0'],
      ['trace', 'x', '--trust', 'no-such-file.json'],
      ['trace', 'x', '--sideways'],
      ['verify', 'no-such-file.json'],
      ['state', 'get', 'production'],
      ['state', 'get', 'fishing', 'meta/domain'],
      ['nodes', '--org', 'nobody'],
      ['network', 'up', '--topology', 'no-such-file.yaml'],
      ['nodes', '--client', 'no-such-file.yaml'],
      ['define', 'no-such-file.json'],
      ['node', 'no-such-file.yaml'],
      ['trace', 'x', '--proof', 'no-such-folder/proof.json'],
      ['trace', '01/09521234500048/10/BAG-1KG-7'],
      ['nodes', '--home', fileURLToPath(import.meta.url)],
    ];

    it('answers wrong use with exit code 2 and a line that says what is wrong, never with a stack', async () => {
      const ends = await Promise.all(wrongUses.map((args) => scene.cotrace.run(...args)));
      ends.forEach(({ code, stdout, stderr }, i) => {
        expect([wrongUses[i], code, stdout]).toEqual([wrongUses[i], 2, '']);
        expect(stderr.trim()).not.toBe('');
        expect(stderr).not.toMatch(STACK);
      });
    });

    it('says that there is no network where there is none', async () => {
      const elsewhere = ['--home', scene.path('nowhere')];
      const ends = await Promise.all(
        [['nodes'], ['capture', 'x.json']].map((args) => new Running([...elsewhere, ...args]).ended),
      );
      for (const { code, stderr } of ends) {
        expect(code).toBe(2);
        expect(stderr).toMatch(/no network in .*cotrace network up/);
      }
    });

    it('goes on without a word where nobody reads to the end', async () => {
      const running = scene.cotrace.start('network', 'status');
      running.hangUp();
      expect(await running.ended).toEqual({ code: 0, stdout: '', stderr: '' });
    });

    it('answers a trace of what nobody recorded with exit code 1', async () => {
      const { code, value } = await scene.cotrace.json('trace', 'nobody-recorded-this');
      expect([code, value]).toMatchObject([1, { events: [], complete: true }]);
    });

    it('takes identifiers as traces print them', async () => {
      const traced = await scene.cotrace.json<TraceAnswer>('trace', '01/09521234500018/10/PADDY-A');
      expect([traced.code, traced.value.question.traceId]).toEqual([
        0,
        'https://id.gs1.org/01/09521234500018/10/PADDY-A',
      ]);
      const key = 'trace/01/09521234500018/10/PADDY-A';
      const state = await scene.cotrace.json<StateAnswer>('state', 'get', 'production', key);
      expect([state.code, state.value.found]).toEqual([0, true]);
    });

    /** A disk that is full, as the kernel has one for tests. */
    const whereFull = existsSync('/dev/full') ? it : it.skip;

    whereFull('shows a trace whose proof cannot be written, and says so', async () => {
      const id = 'https://id.gs1.org/01/09521234500018/10/PADDY-A';
      const { code, value, stderr } = await scene.cotrace.json<TraceAnswer>(
        'trace',
        id,
        '--proof',
        '/dev/full',
      );
      expect([code, value.events.length > 0, value.complete]).toEqual([1, true, true]);
      expect(stderr).toMatch(/NO_FILE.*\/dev\/full.*the disk is full/);
    });

    it('names the option where a trust file is wanted and the network has none', async () => {
      const elsewhere = ['--home', scene.path('nowhere')];
      const user = ['--client', `${scene.cotrace.home}/clients/org1.json`];
      const commands = [
        ['verify', 'x.json'],
        [...user, 'trace', 'x'],
        [...user, 'order', 'verify', 'x.json'],
      ];
      const ends = await Promise.all(commands.map((args) => new Running([...elsewhere, ...args]).ended));
      for (const { code, stderr } of ends) {
        expect(code).toBe(2);
        expect(stderr).toMatch(/USAGE.*--trust FILE/);
      }
    });

    it('refuses files that are no proofs and no trust files', async () => {
      const json = scene.write('rice.json', { format: 'rice' });
      const text = scene.write('rice.txt', 'rice');
      const results = await Promise.all([
        scene.cotrace.error('verify', json),
        scene.cotrace.error('verify', text),
        scene.cotrace.error('verify', json, '--trust', json),
      ]);
      expect(results.map(({ exit, code }) => [exit, code])).toEqual([
        [1, 'BAD_PROOF'],
        [1, 'BAD_JSON'],
        [1, 'BAD_TRUST'],
      ]);
    });

    it('reads the state of a domain from the business node of any organisation that it acts for', async () => {
      const [own, other, absent, foreign] = await Promise.all([
        scene.cotrace.json<StateAnswer>('state', 'get', 'retail', 'meta/domain'),
        scene.cotrace.json<StateAnswer>('state', 'get', 'retail', 'meta/domain', '--org', 'org2'),
        scene.cotrace.json<StateAnswer>('state', 'get', 'retail', 'trace/nobody-recorded-this'),
        // A lot of the rice chain that only production and processing know.
        scene.cotrace.json<StateAnswer>(
          'state',
          'get',
          'retail',
          'trace/https://id.gs1.org/01/09521234500018/10/PADDY-A',
        ),
      ]);
      expect([own.code, own.value.node, own.value.rev]).toEqual([0, 'org1.retail', other.value.rev]);
      expect(JSON.parse(own.value.value ?? '')).toMatchObject({ name: 'retail' });
      expect([other.code, other.value.node, other.value.value]).toEqual([0, 'org2.retail', own.value.value]);
      expect([absent.code, absent.value.found]).toEqual([1, false]);
      expect([foreign.code, foreign.value.found]).toEqual([1, false]);
      const paddy = 'trace/https://id.gs1.org/01/09521234500018/10/PADDY-A';
      const production = await scene.cotrace.json<StateAnswer>('state', 'get', 'production', paddy);
      expect([production.code, production.value.found]).toEqual([0, true]);
    });
  });
}
