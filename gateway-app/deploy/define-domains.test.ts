import { defaultDomains } from '@cotrace/chaincode';
import { utf8 } from '@cotrace/core';
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import type { ContractCall, DomainContract } from '../client/wire.js';
import { away, refused } from '../testing/gateway-errors.js';
import { peerWithLedger } from '../testing/peer-ledger.js';
import { defineAt } from './define-domains.js';

const [first, second] = defaultDomains;
if (first === undefined || second === undefined) throw new RangeError('there are default domains');
const BUILT_IN = [first.name, second.name];

afterEach(() => {
  jest.useRealTimers();
});

const nothing = () => undefined;

const undefinedYet = (): Promise<Uint8Array> => Promise.reject(refused('NOT_DEFINED'));

/** A peer whose chaincodes answer a transaction so, by the name of the domain, and the question what stands there. */
function peer(
  submit: (domain: string, call: ContractCall) => Promise<unknown>,
  standing: (domain: string) => Promise<Uint8Array> = undefinedYet,
) {
  const contract = (domain: string): DomainContract => ({
    ...peerWithLedger(() => null).contract(domain),
    evaluate: () => standing(domain),
    submit: (call) => submit(domain, call).then(() => new Uint8Array()),
  });
  return { contract };
}

/** What is said while the domains are defined. */
async function said(
  domains: readonly string[],
  submit: (domain: string, call: ContractCall) => Promise<unknown>,
  standing?: (domain: string) => Promise<Uint8Array>,
): Promise<string[]> {
  const lines: string[] = [];
  await defineAt(peer(submit, standing), domains, nothing, (line) => lines.push(line));
  return lines;
}

describe('the domains of a network that is brought up', () => {
  it('are defined as they are built in, each by its own chaincode', async () => {
    const written: [string, string, unknown][] = [];
    const lines = await said(BUILT_IN, (domain, { name, args: [text = ''] }) => {
      written.push([domain, name, JSON.parse(text)]);
      return Promise.resolve();
    });
    expect(written).toEqual([
      [first.name, 'define', first],
      [second.name, 'define', second],
    ]);
    expect(lines).toEqual(BUILT_IN.map((name) => `domain ${name} defined`));
  });

  it('are left alone where they are defined, and it is said where otherwise', async () => {
    const there = { [first.name]: first, [second.name]: { ...second, called: 'by chaincodes' } };
    const lines = await said(
      BUILT_IN,
      () => Promise.reject(new Error('nothing is to be written')),
      (domain) => Promise.resolve(utf8(JSON.stringify({ ...there[domain], version: 2 }))),
    );
    expect(lines).toEqual([`domain ${second.name} keeps the definition that is on the ledger`]);
  });

  it('are left to the user where there is no definition', async () => {
    const asked: string[] = [];
    const lines = await said(['fish', first.name], (domain) => {
      asked.push(domain);
      return Promise.resolve();
    });
    expect(asked).toEqual([first.name]);
    expect(lines).toEqual([
      'domain fish has no built-in definition: define it before capturing in it',
      `domain ${first.name} defined`,
    ]);
  });

  it('are an error where the contract refuses one', async () => {
    await expect(said(BUILT_IN, () => Promise.reject(refused('BAD_DEFINITION')))).rejects.toMatchObject({
      code: 'NOT_DEFINED',
      message: expect.stringContaining(`domain ${first.name} could not be defined`) as unknown,
      detail: { domain: first.name, refusal: { code: 'BAD_DEFINITION' } },
    });
  });

  it.each([
    [60_000, 2],
    [60_001, 1],
  ])('are tried for a minute: after a try of %i ms, that is %i', async (milliseconds, tries) => {
    jest.useFakeTimers({ now: 0 });
    const asked: number[] = [];
    const defining = said([first.name], () => {
      asked.push(Date.now());
      return new Promise((_, reject) => setTimeout(reject, milliseconds, away()));
    });
    const outcome = expect(defining).rejects.toMatchObject({ code: 'NOT_DEFINED' });
    await jest.runAllTimersAsync();
    await outcome;
    expect(asked).toEqual([0, milliseconds + 200].slice(0, tries));
  });

  it('are waited for only while all that is needed runs', async () => {
    const ended = new Error('a process has ended');
    const requireRunning = () => {
      throw ended;
    };
    const defining = defineAt(
      peer(() => Promise.reject(away())),
      BUILT_IN,
      requireRunning,
      nothing,
    );
    await expect(defining).rejects.toBe(ended);
  });
});
