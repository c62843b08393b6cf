import { describe, expect, it } from '@jest/globals';
import { DEFAULT_DOMAINS, FIRST_RULES, RULES } from '@cotrace/core';
import { readFileSync } from 'node:fs';
import type { Scene } from './scene.js';

interface Client {
  readonly mspDir: string;
  readonly tlsDir: string;
}

/** What `consortium rules` answers. */
interface RulesAnswer {
  readonly masters: readonly {
    readonly name: string;
    readonly inForce: number;
    readonly knownRules: number;
  }[];
  readonly switchedTo: number | null;
  readonly block: string | null;
  readonly faults: readonly unknown[];
}

/** What people who run nodes of their own use beside the commands of everybody. */
export function operators(scene: Scene): void {
  describe('an operator', () => {
    const home = (path: string) => `${scene.cotrace.home}/${path}`;

    it('asks the nodes of one process how they stand, without a client', async () => {
      const { code, value } = await scene.cotrace.json<readonly { name: string; state: string }[]>(
        'node',
        home('config/org1.business.json'),
        '--check',
      );
      expect(value.map(({ name, state }) => [name, state])).toEqual(
        DEFAULT_DOMAINS.map(({ name }) => [`org1.${name}`, 'following']),
      );
      expect(code).toBe(0);
    });

    it('defines domains as an administrator, once', async () => {
      const user = JSON.parse(readFileSync(home('clients/org1.json'), 'utf8')) as Client;
      const admin = scene.write('admin.json', {
        ...user,
        mspDir: user.mspDir.replace('User1@', 'Admin@'),
        tlsDir: user.tlsDir.replace('User1@', 'Admin@'),
      });
      const { code, value } = await scene.cotrace.json<{
        results: readonly { name: string; result: string }[];
      }>('--client', admin, 'define');
      expect([code, value.results.map(({ result }) => result)]).toEqual([
        0,
        new Array(4).fill('already defined'),
      ]);
    });

    it('is told, where it asks nodes, which client they would answer', async () => {
      const told = await scene.cotrace.error('--client', scene.path('admin.json'), 'nodes');
      expect(told).toMatchObject({ exit: 1, code: 'UNKNOWN_CALLER' });
      expect(told.message).toContain('org1.client');
    });

    it('defines nothing as anybody else, nor what is no domain of the consortium', async () => {
      const { value: example } = await scene.cotrace.json<object>('define', '--example');
      const retail = scene.write('retail.json', { ...example, name: 'retail' });
      expect(await scene.cotrace.error('define', retail)).toMatchObject({ exit: 1, code: 'NOT_ALLOWED' });
      const wholesale = scene.write('wholesale.json', { ...example, name: 'wholesale' });
      expect(await scene.cotrace.error('define', wholesale)).toMatchObject({ exit: 2, code: 'CONFIG' });
    });

    it('has no rules in force but the next ones, and those where masters know them', async () => {
      const rules = async () => (await scene.cotrace.json<RulesAnswer>('consortium', 'rules')).value;
      const heights = async () => (await scene.settledNodes()).map(({ height }) => height);
      const [before, blocks] = [await rules(), await heights()];
      expect(before).toEqual({
        masters: ['org1', 'org2', 'org3'].map((org) => ({
          name: `${org}.master`,
          inForce: FIRST_RULES,
          knownRules: RULES,
        })),
        switchedTo: null,
        block: null,
        faults: [],
      });
      const inForce = await scene.cotrace.error('consortium', 'rules', String(FIRST_RULES));
      expect(inForce).toMatchObject({ exit: 1, code: 'NOT_NEXT' });
      expect(inForce.message).toContain(
        `rules ${FIRST_RULES} are in force; the next ones are ${FIRST_RULES + 1}`,
      );
      const unknown = await scene.cotrace.error('consortium', 'rules', String(RULES + 1));
      expect(unknown).toMatchObject({ exit: 1, code: 'UNKNOWN_RULES' });
      expect(unknown.message).toContain(`0 masters know rules ${RULES + 1}, and 2 must`);
      expect([await rules(), await heights()]).toEqual([before, blocks]);
    });
  });
}
