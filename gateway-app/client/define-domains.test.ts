import { defaultDomains, type DomainDefinition } from '@cotrace/chaincode';
import { utf8 } from '@cotrace/core';
import { describe, expect, it } from '@jest/globals';
import { codeOf } from '../testing/codes.js';
import { fakeConnections } from '../testing/fake-network.js';
import { away, refused } from '../testing/gateway-errors.js';
import { peerWithLedger } from '../testing/peer-ledger.js';
import { defaultDefinitions, defineDomains, readDefinition } from './define-domains.js';
import { differenceText } from './definition-difference.js';
import type { ContractCall } from './wire.js';

const [first, second] = defaultDomains;
if (first === undefined || second === undefined) throw new RangeError('there are default domains');

const text = (value: unknown) => Promise.resolve(utf8(JSON.stringify(value)));
const undefinedYet = (): Promise<Uint8Array> => Promise.reject(refused('NOT_DEFINED'));

/** Defines two domains where the contract answers so to the first, of which `standing` is on the ledger. */
function defined(answer: () => Promise<Uint8Array>, standing = undefinedYet, replace = true) {
  const calls: ContractCall[] = [];
  const said: string[] = [];
  const evaluate = () => (calls.length === 0 && said.push('read') === 1 ? standing() : undefinedYet());
  const submit = (call: ContractCall) => {
    calls.push(call);
    return calls.length === 1 ? answer() : Promise.resolve(new Uint8Array());
  };
  const connections = fakeConnections({ peer: peerWithLedger(() => null, { submit, evaluate }) });
  const results = defineDomains(connections, [first, second] as readonly DomainDefinition[], {
    replace,
    before: (name, all) => said.push(...all.map((one) => `${name} ${differenceText(one)}`)),
  });
  return { calls, said, results };
}

describe('definitions of domains', () => {
  it('are written one after the other', async () => {
    const { calls, results } = defined(() => Promise.resolve(new Uint8Array()));
    expect(await results).toEqual([
      { name: first.name, result: 'defined', differences: [] },
      { name: second.name, result: 'defined', differences: [] },
    ]);
    expect(calls.map(({ name, args }) => [name, args.map((arg) => JSON.parse(arg) as object)])).toEqual([
      ['define', [first]],
      ['define', [second]],
    ]);
  });

  it('are left as they are where they stand already, as the peer or the contract says', async () => {
    const there = defined(
      () => Promise.resolve(new Uint8Array()),
      () => text({ ...first, version: 3 }),
    );
    const raced = defined(() => Promise.reject(refused('DUPLICATE')));
    for (const { results } of [there, raced]) {
      expect((await results)[0]).toEqual({ name: first.name, result: 'already defined', differences: [] });
    }
    expect(there.calls).toHaveLength(1);
  });

  it('take the place of others where they are meant to, and what changes is said before', async () => {
    const old = { ...first, limits: { ...first.limits, identifiers: 7 }, version: 1 };
    const { said, calls, results } = defined(
      () => {
        expect(said).toHaveLength(2);
        return Promise.resolve(new Uint8Array());
      },
      () => text(old),
    );
    const differences = [{ path: 'limits.identifiers', before: 7, after: first.limits.identifiers }];
    expect((await results)[0]).toEqual({ name: first.name, result: 'redefined', differences });
    expect(said[1]).toBe(`${first.name} limits.identifiers: 7 becomes ${first.limits.identifiers}`);
    expect(calls).toHaveLength(2);
    const kept = defined(
      () => Promise.reject(new Error('not this')),
      () => text(old),
      false,
    );
    await expect(kept.results).rejects.toThrow('not this');
    expect(kept.calls.map(({ args }) => args[0])).toEqual([expect.stringContaining(second.name)]);
  });

  it('are not compared with what is no definition', async () => {
    const { calls, results } = defined(
      () => Promise.resolve(new Uint8Array()),
      () => text({ ...first, version: 0 }),
    );
    await expect(results).rejects.toMatchObject({ code: 'BAD_DEFINITION' });
    expect(calls).toEqual([]);
  });

  it('are refused by the contract’s own code, with the domain', async () => {
    const { calls, results } = defined(() => Promise.reject(refused('BAD_DEFINITION', { path: 'x' })));
    await expect(results).rejects.toMatchObject({
      code: 'BAD_DEFINITION',
      message: `${first.name}: no`,
      detail: { path: 'x' },
    });
    expect(calls).toHaveLength(1);
  });

  it('say which peer did not answer', async () => {
    const { results } = defined(() => Promise.reject(away()));
    await expect(results).rejects.toMatchObject({
      code: 'NOT_DEFINED',
      message: expect.stringMatching(
        `domain ${first.name} could not be defined: the peer of org1 \\(org1:7051\\): No connection`,
      ) as unknown,
    });
  });

  it('never hide an error of our own', async () => {
    const bug = new TypeError('oops');
    await expect(defined(() => Promise.reject(bug)).results).rejects.toBe(bug);
  });
});

describe('a definition', () => {
  const fish = { ...first, name: 'fish' };

  it('is read where its name is one of the domains, or any', () => {
    expect(readDefinition(JSON.stringify(fish), 'a.json', ['goods', 'fish'])).toEqual(fish);
    expect(readDefinition(JSON.stringify(fish), 'a.json', null)).toEqual(fish);
  });

  it.each(['{', 'null', '[]', '1', '{"name":7}', '{"name":"fish"}'])(
    'is refused where it is %s',
    async (definition) => {
      expect(await codeOf(() => readDefinition(definition, 'a.json', ['goods']))).toBe('CONFIG');
      expect(() => readDefinition(definition, 'a.json', ['goods'])).toThrow(
        /^a\.json(?:: name)? (?:is not JSON|must be (?:an object|goods|.*goods)|lacks)/,
      );
    },
  );

  it.each([
    ['a member is wrong', { ...fish, records: 1 }, /^a\.json: definition\.records must be/],
    ['its schema does not compile', { ...fish, dataSchema: { type: 'objekt' } }, /^a\.json: /],
  ])('is refused where %s, as the contract would refuse it', (_title, definition, message) => {
    expect(() => readDefinition(JSON.stringify(definition), 'a.json', null)).toThrow(
      expect.objectContaining({ code: 'BAD_DEFINITION', message: expect.stringMatching(message) as unknown }),
    );
  });

  it('is a default one where the consortium has its domain', () => {
    expect(defaultDefinitions(['fish', second.name])).toEqual([second]);
  });
});
