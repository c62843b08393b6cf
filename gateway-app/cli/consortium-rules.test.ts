import { describe, expect, it } from '@jest/globals';
import type { ContractCall, DomainContract } from '../client/wire.js';
import { codeOf } from '../testing/codes.js';
import { committing } from '../testing/committing.js';
import { fakeConnections, fakeConsortium, type MasterAnswers } from '../testing/fake-network.js';
import { notEndorsed, refused } from '../testing/gateway-errors.js';
import { peerWithLedger } from '../testing/peer-ledger.js';
import { spoken } from '../testing/printed.js';
import { consortiumRules } from './consortium-rules.js';
import { EXIT, Output } from './output.js';

const master = (knownRules: number, rules = 1): MasterAnswers => ({
  checkingStatus: () => Promise.resolve({ rules, knownRules }),
  status: () => Promise.resolve({ quorum: 2 }),
});

/** What the contract `anchor` is asked; by default it is committed in block 20. */
function asked(refuses: () => Error | null = () => null) {
  const calls: string[] = [];
  const contract = committing(20n, ({ name, args, organisations = [] }: ContractCall) => {
    calls.push([name, ...args, 'by', ...organisations].join(' '));
    return refuses();
  });
  return { calls, contract };
}

/** Runs the command where masters know such rules; one that is null is away. */
function run(
  known: readonly (number | null)[],
  rules: number | null,
  {
    contract = asked().contract,
    json = false,
  }: { contract?: Pick<DomainContract, 'endorse'>; json?: boolean } = {},
) {
  const nodes = Object.fromEntries(
    known.map((one, i) => [`org${i + 1}.master`, one === null ? {} : master(one)]),
  );
  const peer = { ...peerWithLedger(() => null), contract: () => contract as DomainContract };
  const connections = fakeConnections({ consortium: fakeConsortium(known.length), peer, nodes });
  return spoken(() => consortiumRules(connections, rules, new Output(json)));
}

describe('the command for the rules of a consortium', () => {
  it('shows which are in force and which each master knows', async () => {
    const { code, text } = await run([2, 1, 2], null);
    expect([code, text.split('\n').map((line) => line.split(/ {2,}/))]).toEqual([
      EXIT.done,
      [
        ['MASTER', 'IN FORCE', 'KNOWS UP TO'],
        ['org1.master', '1', '2'],
        ['org2.master', '1', '1'],
        ['org3.master', '1', '2'],
        [''],
      ],
    ]);
  });

  it('names who does not answer, and fails', async () => {
    const { code, text } = await run([2, null], null);
    expect(code).toBe(EXIT.failed);
    expect(text).toContain('org2.master');
  });

  it('switches with the endorsements of those that know them, and says who stops', async () => {
    const { calls, contract } = asked();
    const { code, text } = await run([2, 1, 2], 2, { contract });
    expect([code, calls, text]).toEqual([
      EXIT.done,
      ['switchRules 2 by org1MSP org3MSP'],
      'rules 2 are in force from block 21 on\norg2.master does not know them, and stops there: update it\n',
    ]);
    const { text: json } = await run([2, 2, 2], 2, { json: true });
    expect(JSON.parse(json)).toMatchObject({ switchedTo: 2, block: '20', faults: [] });
  });

  it('submits nothing where fewer than a quorum know them', async () => {
    const { calls, contract } = asked();
    expect(await codeOf(() => run([2, 1, null], 2, { contract }))).toBe('UNKNOWN_RULES');
    expect(calls).toEqual([]);
  });

  it('ends with what the contract, or Fabric, says', async () => {
    const not = (error: Error) => codeOf(() => run([2, 2], 2, { contract: asked(() => error).contract }));
    expect(await not(refused('NOT_NEXT'))).toBe('NOT_NEXT');
    expect(await not(notEndorsed({ org1: 'chaincode is away' }))).toBe('NOT_SWITCHED');
  });
});
