import { defaultDomains, type DomainDefinition } from '@cotrace/chaincode';
import { describe, expect, it } from '@jest/globals';
import { codeOf } from '../testing/codes.js';
import { fakeConnections } from '../testing/fake-network.js';
import { away, refused } from '../testing/gateway-errors.js';
import { peerWithLedger } from '../testing/peer-ledger.js';
import { defaultDefinitions, defineDomains, readDefinition } from './define-domains.js';
import type { ContractCall } from './wire.js';

const [first, second] = defaultDomains;
if (first === undefined || second === undefined) throw new RangeError('there are default domains');

/** Defines two domains where the contract answers so to the first. */
function defined(answer: () => Promise<Uint8Array>) {
  const calls: ContractCall[] = [];
  const submit = (call: ContractCall) => {
    calls.push(call);
    return calls.length === 1 ? answer() : Promise.resolve(new Uint8Array());
  };
  const connections = fakeConnections({ peer: peerWithLedger(() => null, { submit }) });
  return { calls, results: defineDomains(connections, [first, second] as readonly DomainDefinition[]) };
}

describe('definitions of domains', () => {
  it('are written one after the other', async () => {
    const { calls, results } = defined(() => Promise.resolve(new Uint8Array()));
    expect(await results).toEqual([
      { name: first.name, result: 'defined' },
      { name: second.name, result: 'defined' },
    ]);
    expect(calls.map(({ name, args }) => [name, args.map((arg) => JSON.parse(arg) as object)])).toEqual([
      ['define', [first]],
      ['define', [second]],
    ]);
  });

  it.each([
    ['DUPLICATE', 'already defined'],
    ['ALREADY_DEFINED', 'defined otherwise'],
  ] as const)('are left as they are where the contract says %s', async (code, result) => {
    const { results } = defined(() => Promise.reject(refused(code)));
    expect(await results).toEqual([
      { name: first.name, result },
      { name: second.name, result: 'defined' },
    ]);
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
  it('is read where its name is one of the domains', () => {
    expect(readDefinition('{"name":"fish"}', 'a.json', ['goods', 'fish'])).toEqual({ name: 'fish' });
  });

  it.each(['{', 'null', '[]', '1', '{"name":7}', '{"name":"fish"}'])(
    'is refused where it is %s',
    async (text) => {
      expect(await codeOf(() => readDefinition(text, 'a.json', ['goods']))).toBe('CONFIG');
      expect(() => readDefinition(text, 'a.json', ['goods'])).toThrow(
        /^a\.json(?:: name)? (?:is not JSON|must be (?:an object|goods|.*goods)|lacks)/,
      );
    },
  );

  it('is a default one where the consortium has its domain', () => {
    expect(defaultDefinitions(['fish', second.name])).toEqual([second]);
  });
});
