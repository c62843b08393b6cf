import { beforeAll, describe, expect, it, jest } from '@jest/globals';
import { RULES_KEY, u16 } from '@cotrace/core';
import { CheckingScene } from './testing/scene.js';

const ON_MAIN = { chaincode: 'anchor' };

/** The contract of a release that knows rules 2. */
let newer: typeof CheckingScene;

beforeAll(async () => {
  jest.resetModules();
  jest.unstable_mockModule('../../core/formats/rules.js', () => ({ RULES: 2 }));
  newer = (await import('./testing/scene.js')).CheckingScene;
});

const refusedWith = async (args: readonly string[], scene = new CheckingScene(), given = {}) =>
  (await scene.call('switchRules', args, { ...ON_MAIN, ...given })).refusal?.code;

describe('a switch of rules', () => {
  it('is endorsed to the next ones where the master knows them, whatever else it knows', async () => {
    const scene = new newer();
    const first = await scene.call('switchRules', ['2'], ON_MAIN);
    expect([first.status, [...first.writes], first.payload]).toEqual([
      200,
      [[RULES_KEY, u16(2)]],
      new Uint8Array(),
    ]);
    const behind = await scene.call('switchRules', ['2'], {
      ...ON_MAIN,
      facts: { sealed: 0n, recorded: 0n },
    });
    expect(behind).toEqual(first);
  });

  it('is refused to rules that the master does not know', async () => {
    expect(await refusedWith(['2'])).toBe('UNKNOWN_RULES');
    const scene = new newer();
    await scene.submit('switchRules', ['2'], ON_MAIN);
    expect(await refusedWith(['3'], scene)).toBe('UNKNOWN_RULES');
  });

  it('is refused to others than the next ones', async () => {
    for (const rules of ['1', '3', '65535']) expect(await refusedWith([rules], new newer())).toBe('NOT_NEXT');
    const scene = new newer();
    await scene.submit('switchRules', ['2'], ON_MAIN);
    expect(await refusedWith(['2'], scene)).toBe('NOT_NEXT');
  });

  it('is refused to strangers, on the other channel, and with what is no number of rules', async () => {
    expect(await refusedWith(['2'], new newer(), { mspId: 'Org9MSP' })).toBe('NOT_MEMBER');
    expect(await refusedWith(['2'], new newer(), { chaincode: 'checking' })).toBe('UNKNOWN_FUNCTION');
    for (const args of [[], ['2', '3'], ['0'], ['65536'], ['02'], ['x']]) {
      expect(await refusedWith(args, new newer())).toBe('BAD_ARGUMENT');
    }
  });
});
