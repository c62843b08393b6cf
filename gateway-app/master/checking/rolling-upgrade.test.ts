import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { RULES_KEY, toHex, u16 } from '@cotrace/core';
import { codeOf } from '../../testing/codes.js';
import { checkingBlock } from '../../testing/checking-block.js';
import { seal } from '../../testing/seals.js';
import { SilentLog } from '../../testing/silent-log.js';
import { TestChain } from '../../testing/test-chain.js';
import { TestMaster } from '../../testing/test-master.js';
import { TestNetwork } from '../../testing/test-network.js';
import { definition, put } from '../../testing/transactions.js';
import { Configurations } from '../configurations.js';
import { CheckingLedger } from './checking-ledger.js';

// Other work on the machine must not fail a test.
jest.setTimeout(60_000);

const C = 2;

/** What of a release of the program a master is made of. */
interface Release {
  readonly TestMaster: typeof TestMaster;
  readonly CheckingLedger: typeof CheckingLedger;
  readonly Configurations: typeof Configurations;
}

/** The release that runs this test: it knows rules 1. */
const installed: Release = { TestMaster, CheckingLedger, Configurations };

/** The same program as it would be if it knew rules 2 as well. */
async function newer(): Promise<Release> {
  jest.resetModules();
  jest.unstable_mockModule('../../../core/formats/rules.js', () => ({ RULES: 2 }));
  return {
    TestMaster: (await import('../../testing/test-master.js')).TestMaster,
    CheckingLedger: (await import('./checking-ledger.js')).CheckingLedger,
    Configurations: (await import('../configurations.js')).Configurations,
  };
}

let release: Release;
let network: TestNetwork;
let chain: TestChain;
let folders = 0;
const running: TestMaster[] = [];

beforeAll(async () => {
  release = await newer();
  network = await TestNetwork.create({ domains: ['goods'] });
});

afterAll(() => network.remove());
afterEach(async () => {
  await Promise.all(running.splice(0).map((master) => master.close()));
});

/** The place of `rules` in an attestation body, after tag and network id. */
const rulesIn = (body: Uint8Array) => Number(body[55]) * 256 + Number(body[56]);
const rulesOf = (master: TestMaster, blockNum: bigint) => rulesIn(master.attestation(blockNum).body);
const bodyOf = (master: TestMaster, blockNum: bigint) => toHex(master.attestation(blockNum).body);
const headerOf = (master: TestMaster, checkNum: bigint) => master.store.cycles.need(checkNum).header;

async function open(of: Release, index: number, folder = `upgrade ${folders++}`): Promise<TestMaster> {
  const master = await of.TestMaster.open(network, index, folder, { checkingHeight: C });
  running.push(master);
  return master;
}

async function close(master: TestMaster): Promise<void> {
  running.splice(running.indexOf(master), 1);
  await master.close();
}

/** A transaction that writes which rules are in force, endorsed by the first organisations. */
function switching(rules: number, endorsers: number): Uint8Array {
  return put(
    network,
    'anchor',
    { [RULES_KEY]: u16(rules) },
    { endorsers: network.peers.slice(0, endorsers) },
  );
}

const busy = (value: string) => put(network, 'goods', { a: value });

/** A chain with two blocks and one more for each list. */
function chainOf(...blocks: readonly (readonly Uint8Array[])[]): TestChain {
  const made = new TestChain(network);
  made.add([definition(network, 'goods')]);
  for (const envelopes of blocks) made.add(envelopes);
  return made;
}

function checkingOf(of: Release, { ledger, store }: TestMaster): CheckingLedger {
  const configurations = new of.Configurations(store);
  const common = { channel: 'checking', c: C, checkpoint: null, t2Ms: 30_000, log: new SilentLog() };
  return new of.CheckingLedger({ ...common, ledger, configurations }, 0);
}

/** Has a block of `checking` taken in that seals header bytes, endorsed by a quorum. */
async function take(checking: CheckingLedger, sealed: Uint8Array, number: bigint): Promise<void> {
  const [client] = network.organisations.map((organisation) => organisation.client);
  if (client === undefined) throw new RangeError('there are organisations');
  const sets = [
    { namespace: 'checking', writes: [[`header/${String(number + 1n).padStart(20, '0')}`, sealed] as const] },
  ];
  const envelopes = [seal({ headers: [sealed], client, endorsers: network.peers.slice(0, 2), sets })];
  await checking.take(checkingBlock(number, envelopes, network.genesis), 0);
}

describe('an upgrade of masters one after the other', () => {
  it('changes nothing until the rules are switched; then those that do not know them stop', async () => {
    chain = chainOf([busy('2')], [switching(2, 2)], [busy('4')], [busy('5')], [busy('6')]);
    const [one, two, old] = [await open(release, 0), await open(release, 1), await open(installed, 2)];
    await Promise.all([one, two].map((master) => master.follow(chain)));
    expect(await codeOf(() => old.follow(chain))).toBe('RULES');
    expect(old.feed.height).toBe(4n);
    expect([old.ledger.isBroken, await codeOf(() => old.follow(chain))]).toEqual([false, 'RULES']);
    for (const blockNum of [1n, 2n, 3n]) {
      expect([rulesOf(one, blockNum), bodyOf(one, blockNum)]).toEqual([1, bodyOf(old, blockNum)]);
    }
    for (const blockNum of [4n, 5n, 6n]) {
      expect([rulesOf(one, blockNum), bodyOf(one, blockNum)]).toEqual([2, bodyOf(two, blockNum)]);
    }
    expect([1n, 2n, 3n].map((n) => headerOf(one, n).at(-1))).toEqual([1, 2, 2]);
    expect(headerOf(one, 3n)).toEqual(headerOf(two, 3n));
  });

  it('is completed where the last master is updated: it continues with what it could not judge', async () => {
    chain = chainOf([busy('2')], [switching(2, 3)], [busy('4')]);
    const [one, old] = [await open(release, 0), await open(installed, 2, 'to update')];
    await one.follow(chain);
    expect(await codeOf(() => old.follow(chain))).toBe('RULES');
    const before = checkingOf(installed, old);
    await take(before, headerOf(one, 1n), 0n);
    await take(before, headerOf(one, 2n), 1n);
    expect([before.sealed.checkNum, await before.divergence()]).toEqual([1n, null]);
    await close(old);
    const again = await open(installed, 2, 'to update');
    expect(await codeOf(() => again.follow(chain))).toBe('RULES');
    await close(again);
    const updated = await open(release, 2, 'to update');
    await updated.follow(chain);
    expect(bodyOf(updated, 4n)).toBe(bodyOf(one, 4n));
    const checking = checkingOf(release, updated);
    await checking.judge(0);
    expect([checking.sealed.checkNum, checking.recorded.checkNum]).toEqual([2n, 2n]);
    expect(await updated.store.checking.newer()).toEqual([]);
  });

  it.each([
    ['too few endorse it', () => [switching(2, 1)]],
    ['it leaves rules out', () => [switching(3, 3)]],
    ['the transaction is invalid', () => [switching(2, 3)], [11]],
    [
      'it is written by another chaincode in its own namespace',
      () => [put(network, 'goods', { [RULES_KEY]: u16(2) })],
    ],
  ])('keeps the rules where %s', async (_why, envelopes, codes: number[] = []) => {
    chain = chainOf();
    chain.add(envelopes(), codes);
    chain.add([busy('3')]);
    const [one, old] = [await open(release, 0), await open(installed, 2)];
    await Promise.all([one, old].map((master) => master.follow(chain)));
    expect([rulesOf(one, 3n), bodyOf(one, 3n)]).toEqual([1, bodyOf(old, 3n)]);
  });

  it('finds the switch again where rank trees and cycles are made again', async () => {
    chain = chainOf([switching(2, 2)], [busy('3')], [busy('4')], [busy('5')]);
    const one = await open(release, 0);
    await one.follow(chain);
    const headers = [1n, 2n].map((n) => headerOf(one, n));
    await one.ledger.remakeCycles();
    expect([one.ledger.rules, ...[1n, 2n].map((n) => headerOf(one, n))]).toEqual([2, ...headers]);
  });
});
