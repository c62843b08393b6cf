import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { checkingHeaderHash, decodeCheckingHeader, fromUtf8, toHex, utf8 } from '@cotrace/core';
import { checkingBlock } from '../../testing/checking-block.js';
import { seal } from '../../testing/seals.js';
import { SilentLog } from '../../testing/silent-log.js';
import { TestChain } from '../../testing/test-chain.js';
import { TestMaster } from '../../testing/test-master.js';
import { TestNetwork } from '../../testing/test-network.js';
import { definition, put } from '../../testing/transactions.js';
import { Configurations } from '../configurations.js';
import type { CallOutcome, ChannelCall, ChannelCalls } from './channel-calls.js';
import { CheckingLedger } from './checking-ledger.js';
import { Initiator, type InitiatorParts, type OtherCycles } from './initiator.js';

// Other work on the machine must not fail a test.
jest.setTimeout(60_000);

const C = 2;
const PATIENCE = { t1Ms: 10_000, t2Ms: 30_000 };
const PARTS = ['_lifecycle', 'goods'];

let network: TestNetwork;
let chain: TestChain;
let master: TestMaster;
let folders = 0;

beforeAll(async () => {
  network = await TestNetwork.create({ domains: ['goods'] });
  chain = new TestChain(network);
  chain.add([definition(network, 'goods')]);
  chain.add([put(network, 'goods', { a: '2' })]);
});

afterAll(() => network.remove());
beforeEach(async () => {
  master = await TestMaster.open(network, 1, `initiator ${folders++}`, { checkingHeight: C });
  await master.follow(chain);
});
afterEach(() => master.close());

const signal = new AbortController().signal;
const headerOf = (n: bigint): Uint8Array => master.store.cycles.need(n).header;

/** A channel that notes what is called on it. */
class FakeChannel implements ChannelCalls {
  readonly asked: string[] = [];
  /** What becomes of a call; by default it is committed. */
  answer: (call: ChannelCall, mspIds: readonly string[]) => Partial<CallOutcome> = () => ({});
  /** Domains of which a cycle has the right parts. */
  recorded: readonly string[] = [];
  /** Parts that a cycle has besides. */
  wrong: readonly { readonly domain: string; readonly hpart: string }[] = [];

  submit(
    call: ChannelCall,
    { mspIds, quorum }: { mspIds: readonly string[]; quorum: number },
  ): Promise<CallOutcome> {
    this.asked.push(`${call.name} ${call.arguments.map(shown).join(' ')} by ${mspIds.join(' ')}`);
    const outcome = {
      endorsers: mspIds.slice(0, quorum),
      odd: [],
      refused: [],
      silent: [],
      isCommitted: true,
    };
    return Promise.resolve({ ...outcome, ...this.answer(call, mspIds) });
  }

  query(_chaincode: string, name: string, args: readonly string[]): Promise<Uint8Array> {
    this.asked.push(`${name} ${args.join(' ')}`);
    const { parts } = master.store.cycles.need(BigInt(args[0] ?? ''));
    const right = parts.filter(({ domain }) => this.recorded.includes(domain));
    const shown = right.map(({ domain, hpart }) => ({ domain, hpart: toHex(hpart) }));
    return Promise.resolve(utf8(JSON.stringify([...shown, ...this.wrong])));
  }
}

/** An argument by its kind: text, or the cycle of a header, or that it is a hash. */
function shown(argument: Uint8Array): string {
  if (argument.length === 320) return `header ${decodeCheckingHeader(argument).checkNum}`;
  return argument.length === 32 ? 'hash' : fromUtf8(argument);
}

const like = (mspId: string, computed = 1n): OtherCycles => ({
  mspId,
  cycles: (n) => Promise.resolve({ computed, headerHash: checkingHeaderHash(headerOf(n)) }),
});

function initiatorWith(changes: Partial<InitiatorParts> = {}) {
  const [checkingCalls, mainCalls] = [new FakeChannel(), new FakeChannel()];
  const { ledger, store } = master;
  const configurations = new Configurations(store);
  const common = { ledger, configurations, c: C, checkpoint: null, log: new SilentLog() };
  const checking = new CheckingLedger({ ...common, channel: 'checking', t2Ms: PATIENCE.t2Ms }, 0);
  const initiator = new Initiator({
    ...common,
    checking,
    networkId: network.terms.networkId,
    own: 'Org2MSP',
    patience: PATIENCE,
    isDiverged: () => false,
    checkingCalls,
    mainCalls,
    others: [like('Org1MSP'), like('Org3MSP')],
    ...changes,
  });
  return { initiator, checking, checkingCalls, mainCalls };
}

const byTwo = 'by Org2MSP Org3MSP';
const recording = PARTS.map((domain) => `recordDomain 1 ${domain} hash ${byTwo}`);

describe('a master whose turn it is', () => {
  it('records the parts of the cycle and seals it, with as few organisations as are enough', async () => {
    const { initiator, checkingCalls } = initiatorWith();
    expect(await initiator.act(AbortSignal.abort())).toBe(true);
    expect(checkingCalls.asked).toEqual(['parts 1', ...recording, `sealCycle header 1 ${byTwo}`]);
  });

  it('asks who is next in turn, whatever the order of masters, so that each endorses', async () => {
    const { initiator, checkingCalls } = initiatorWith({ others: [like('Org3MSP'), like('Org1MSP')] });
    const { initiator: other, checkingCalls: others } = initiatorWith({
      own: 'Org1MSP',
      others: [like('Org3MSP'), like('Org2MSP')],
    });
    await initiator.act(AbortSignal.abort());
    const late = master.store.cycles.need(1n).dueMs + 2 * PATIENCE.t2Ms;
    jest.spyOn(Date, 'now').mockReturnValue(late);
    await other.act(AbortSignal.abort());
    jest.restoreAllMocks();
    expect([checkingCalls.asked.at(-1), others.asked.at(-1)]).toEqual([
      `sealCycle header 1 ${byTwo}`,
      'sealCycle header 1 by Org1MSP Org2MSP',
    ]);
  });

  it('records a part again where another one is there', async () => {
    const { initiator, checkingCalls } = initiatorWith();
    checkingCalls.recorded = ['_lifecycle'];
    checkingCalls.wrong = [{ domain: 'goods', hpart: '00'.repeat(32) }];
    await initiator.act(AbortSignal.abort());
    expect(checkingCalls.asked.slice(0, 2)).toEqual(['parts 1', recording[1]]);
  });

  it('records only what is missing', async () => {
    const { initiator, checkingCalls } = initiatorWith();
    checkingCalls.recorded = ['goods'];
    await initiator.act(AbortSignal.abort());
    expect(checkingCalls.asked.slice(0, 2)).toEqual(['parts 1', recording[0]]);
  });

  it('seals several cycles at once, and records their parts afterwards', async () => {
    chain.add([put(network, 'goods', { a: '3' })]);
    chain.add([put(network, 'goods', { a: '4' })]);
    await master.follow(chain);
    const others = [like('Org1MSP', 2n), like('Org3MSP', 1n)];
    const { initiator, checkingCalls } = initiatorWith({ others });
    await initiator.act(AbortSignal.abort());
    const [first, second] = checkingCalls.asked;
    expect([first, second]).toEqual(['sealCycle header 1 header 2 by Org2MSP Org1MSP', 'parts 1']);
    expect(checkingCalls.asked).toContain('parts 2');
  });

  it('records later what it could not record of several cycles that it sealed', async () => {
    for (const value of ['3', '4', '5', '6']) chain.add([put(network, 'goods', { a: value })]);
    await master.follow(chain);
    const others = [like('Org1MSP', 3n), like('Org3MSP', 3n)];
    const { initiator, checkingCalls } = initiatorWith({ others });
    checkingCalls.answer = ({ name }) => ({ isCommitted: name !== 'recordDomain' });
    expect(await initiator.act(AbortSignal.abort())).toBe(false);
    checkingCalls.asked.length = 0;
    checkingCalls.answer = () => ({});
    await initiator.act(AbortSignal.abort());
    const recorded = checkingCalls.asked.filter((call) => call.startsWith('recordDomain'));
    expect(new Set(recorded.map((call) => call.split(' ')[1]))).toEqual(new Set(['1', '2', '3']));
    expect(checkingCalls.asked[0]).toBe('parts 1');
  });

  it('records what those lack who sealed before it and were stopped, the oldest cycle first', async () => {
    for (const value of ['3', '4', '5', '6']) chain.add([put(network, 'goods', { a: value })]);
    await master.follow(chain);
    const own = 'Org1MSP';
    const { initiator, checkingCalls, checking } = initiatorWith({
      own,
      others: [like('Org2MSP', 3n), like('Org3MSP', 3n)],
    });
    const { client } = network.organisation(1);
    const endorsers = network.peers.slice(0, 2);
    const sealed = seal({ headers: [headerOf(1n), headerOf(2n)], client, endorsers });
    await checking.take(checkingBlock(0n, [sealed], network.genesis), 0);
    await initiator.act(AbortSignal.abort());
    const cycles = checkingCalls.asked
      .filter((call) => !call.startsWith('parts'))
      .map((call) => call.split(' ').slice(0, 3).join(' '));
    expect(cycles).toEqual([
      ...PARTS.map((domain) => `recordDomain 3 ${domain}`),
      'sealCycle header 3',
      ...PARTS.map((domain) => `recordDomain 1 ${domain}`),
      ...PARTS.map((domain) => `recordDomain 2 ${domain}`),
    ]);
  });

  it('seals as far as a quorum of masters have come', async () => {
    chain.add([put(network, 'goods', { a: '5' })]);
    chain.add([put(network, 'goods', { a: '6' })]);
    await master.follow(chain);
    const { initiator, checkingCalls } = initiatorWith();
    await initiator.act(AbortSignal.abort());
    expect(checkingCalls.asked.at(-1)).toBe(`sealCycle header 1 ${byTwo}`);
  });

  it('asks everybody where one of the first does not agree, and that one last from then on', async () => {
    const { initiator, checkingCalls } = initiatorWith();
    checkingCalls.answer = (_call, mspIds) =>
      mspIds[1] === 'Org3MSP' && mspIds.length === 2 ? { isCommitted: false } : { odd: ['Org3MSP'] };
    checkingCalls.recorded = PARTS;
    await initiator.act(AbortSignal.abort());
    expect(checkingCalls.asked.slice(1)).toEqual([
      `sealCycle header 1 ${byTwo}`,
      `sealCycle header 1 by Org2MSP Org3MSP Org1MSP`,
    ]);
    await initiator.act(AbortSignal.abort());
    expect(checkingCalls.asked.at(-1)).toBe('sealCycle header 1 by Org2MSP Org1MSP');
  });

  it('waits once for who does not answer, and asks that one last from then on', async () => {
    const { initiator, checkingCalls } = initiatorWith();
    checkingCalls.answer = (_call, mspIds) =>
      mspIds.includes('Org3MSP') ? { isCommitted: false, silent: ['Org3MSP'] } : {};
    checkingCalls.recorded = ['goods'];
    expect(await initiator.act(AbortSignal.abort())).toBe(true);
    expect(checkingCalls.asked.slice(1)).toEqual([
      recording[0],
      'recordDomain 1 _lifecycle hash by Org2MSP Org1MSP',
      'sealCycle header 1 by Org2MSP Org1MSP',
    ]);
  });

  it('keeps asking its own organisation first where that does not answer', async () => {
    const { initiator, checkingCalls } = initiatorWith();
    checkingCalls.answer = () => ({ silent: ['Org2MSP'] });
    checkingCalls.recorded = PARTS;
    await initiator.act(AbortSignal.abort());
    await initiator.act(AbortSignal.abort());
    expect(checkingCalls.asked.filter((call) => call.startsWith('seal'))).toEqual([
      `sealCycle header 1 ${byTwo}`,
      `sealCycle header 1 ${byTwo}`,
    ]);
  });

  it('waits where fewer than a quorum have its header, or nobody answers', async () => {
    const others: OtherCycles[] = [
      { mspId: 'Org1MSP', cycles: () => Promise.resolve({ computed: 1n, headerHash: new Uint8Array(32) }) },
      { mspId: 'Org3MSP', cycles: () => Promise.reject(new Error('away')) },
      like('StrangerMSP'),
    ];
    const { initiator, checkingCalls } = initiatorWith({ others });
    expect(await initiator.act(signal)).toBe(false);
    expect(checkingCalls.asked).toEqual([]);
  });

  it('tries again where too few endorse', async () => {
    const { initiator, checkingCalls } = initiatorWith();
    checkingCalls.answer = () => ({ isCommitted: false, refused: [] });
    expect(await initiator.act(signal)).toBe(false);
  });
});

describe('a master that is next', () => {
  const after = (milliseconds: number) =>
    jest.spyOn(Date, 'now').mockReturnValue(master.store.cycles.need(1n).dueMs + milliseconds);

  afterEach(() => {
    jest.restoreAllMocks();
  });

  it('shows that the channel can be written before it warns who is late', async () => {
    const { initiator, checkingCalls } = initiatorWith({ own: 'Org3MSP' });
    after(PATIENCE.t1Ms);
    expect(await initiator.act(signal)).toBe(true);
    const by = 'by Org3MSP Org1MSP';
    expect(checkingCalls.asked).toEqual([
      'parts 1',
      `recordDomain 1 _lifecycle hash ${by}`,
      `reportLate 1 0 warning Org2MSP ${by}`,
    ]);
  });

  it('does nothing while who is expected has time, nor where another one is next', async () => {
    const { initiator, checkingCalls } = initiatorWith({ own: 'Org3MSP' });
    const { initiator: third, checkingCalls: unasked } = initiatorWith({ own: 'Org1MSP' });
    after(PATIENCE.t1Ms - 1);
    expect(await initiator.act(signal)).toBe(true);
    after(PATIENCE.t2Ms - 1);
    expect(await third.act(signal)).toBe(true);
    expect([checkingCalls.asked, unasked.asked]).toEqual([[], []]);
  });

  it('seals in its turn although nobody endorses its report of the one before', async () => {
    const { initiator, checkingCalls } = initiatorWith({
      own: 'Org3MSP',
      others: [like('Org1MSP'), like('Org2MSP')],
    });
    checkingCalls.answer = ({ name }) => ({ isCommitted: name !== 'reportLate' });
    checkingCalls.recorded = PARTS;
    after(PATIENCE.t2Ms);
    expect(await initiator.act(AbortSignal.abort())).toBe(false);
    expect(checkingCalls.asked.map((call) => call.split(' ')[0])).toEqual([
      'reportLate',
      'reportLate',
      'parts',
      'sealCycle',
    ]);
  });
});
