import { describe, expect, it } from '@jest/globals';
import type { Refusal } from '../gen/cotrace/cotrace_pb.js';
import {
  fakeConnections,
  fakeConsortium,
  type BusinessAnswers,
  type MasterAnswers,
} from '../testing/fake-network.js';
import { peerWithLedger } from '../testing/peer-ledger.js';
import { spoken } from '../testing/printed.js';
import { nodes } from './nodes.js';
import { EXIT, Output } from './output.js';

const HEIGHT = 10n;
/** 2026-01-01, in seconds. */
const NEW_YEAR = 1_767_225_600n;

const CHECKING = { computed: 5n, recorded: 5n, sealed: 5n, anchored: 4n, initiator: '', diverged: '' };
const SETTINGS = { checkingHeight: 2, t1Ms: 10_000, t2Ms: 30_000 };

const master = (more: object = {}, checking: object = {}): MasterAnswers => ({
  checkingStatus: () => Promise.resolve({ ...CHECKING, ...SETTINGS, ...checking }),
  status: () =>
    Promise.resolve({ height: HEIGHT, ledgerHeight: HEIGHT, state: 'following', storeBytes: 1500n, ...more }),
});
const business = (more: object = {}): BusinessAnswers => ({
  status: () =>
    Promise.resolve({
      ...{ height: HEIGHT, state: 'following', storeBytes: 500n, dockedAt: 'org1.master', refusals: [] },
      ...{ consistentUpTo: 4n, ...more },
    }),
});
const refusalOf = (more: Partial<Refusal>) => ({
  ...{ blockNum: 7n, source: 'org2.master', code: 'WITHHELD', reason: 'holds it back' },
  ...{ times: 1, first: NEW_YEAR, last: NEW_YEAR, ...more },
});

/** What is shown of the nodes of two organisations; the own one's peer has a ledger unless `isAway`. */
function shown(
  instead: Readonly<Record<string, MasterAnswers | BusinessAnswers>> = {},
  { isAway = false, json = false } = {},
) {
  const peer = peerWithLedger(() => (isAway ? null : { height: HEIGHT, headerHash: new Uint8Array() }));
  const first = { 'org1.master': master(), 'org1.goods': business() };
  const all = { ...first, 'org2.master': master(), 'org2.goods': business(), ...instead };
  const connections = fakeConnections({ consortium: fakeConsortium(2), peer, nodes: all });
  return spoken(() => nodes(connections, new Output(json)));
}

/** The cells of a row, and lines as they are. */
const cellsOf = (text: string) =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => line.split(/ {2,}/));

describe('the table of all nodes', () => {
  it('has a line a node, and nothing else where all is well', async () => {
    const { code, text } = await shown();
    expect([code, cellsOf(text)]).toEqual([
      EXIT.done,
      [
        ['NODE', 'ROLE', 'STATE', 'HEIGHT', 'LAG', 'CYCLE', 'STORE', 'DOCKED AT'],
        ['org1.master', 'master', 'following', '10', '0', '5', '1.5 kB'],
        ['org1.goods', 'business', 'following', '10', '0', '4', '500 B', 'org1.master'],
        ['org2.master', 'master', 'following', '10', '0', '5', '1.5 kB'],
        ['org2.goods', 'business', 'following', '10', '0', '4', '500 B', 'org1.master'],
      ],
    ]);
  });

  it('shows how far a node is behind, and since when where that is known', async () => {
    const lag = async (more: object) => {
      const { text } = await shown({ 'org1.goods': business(more) });
      return cellsOf(text)[2]?.[4];
    };
    expect(await lag({ height: 8n })).toBe('2');
    expect(await lag({ height: 8n, behindSeconds: 1 })).toBe('2 (1 s)');
    expect(await lag({ height: 7n, behindSeconds: 9 })).toBe('3 (9 s)');
  });

  it('says why a node is not well, and that no quorum is there', async () => {
    const instead = { 'org1.master': master({ state: 'peer away', reason: 'the peer is silent' }) };
    const { code, text } = await shown(instead);
    expect(code).toBe(EXIT.failed);
    expect(text.split('\n').slice(5)).toEqual([
      'org1.master: the peer is silent',
      expect.stringMatching(/^no quorum: .*; org1\.master is peer away$/),
      '',
    ]);
  });

  it('has no figures of a node that does not answer', async () => {
    const { code, text } = await shown({ 'org1.goods': {} });
    expect([code, cellsOf(text)[2]]).toEqual([
      EXIT.failed,
      ['org1.goods', 'business', 'away', '-', '-', '-', '-'],
    ]);
  });

  it('has no lag where the own peer is away, and says so', async () => {
    const { code, text } = await shown({}, { isAway: true });
    expect(code).toBe(EXIT.failed);
    expect(cellsOf(text)[1]?.[4]).toBe('-');
    expect(text).toMatch(/\nlag is unknown: the peer of org1 is away\n$/);
  });

  it.each<[string, Partial<Refusal>]>([
    ['at 2026-01-01T00:00:00Z', {}],
    ['2 times from 2026-01-01T00:00:00Z to 2026-01-01T00:01:00Z', { times: 2, last: NEW_YEAR + 60n }],
    ['at 9999-12-31T23:59:59Z', { first: 253_402_300_799n }],
    // What is no date of four digits, as a node's clock may say.
    ['at second 253402300800', { first: 253_402_300_800n }],
  ])('says what a node refused %s', async (often, more) => {
    const { code, text } = await shown({ 'org1.goods': business({ refusals: [refusalOf(more)] }) });
    expect(code).toBe(EXIT.done);
    expect(text.split('\n')[5]).toBe(
      `org1.goods refused block 7 of org2.master ${often}: [WITHHELD] holds it back`,
    );
  });

  it('shows of a master how many cycles it computed, where fewer are sealed, and who is expected', async () => {
    const due = { sealed: 4n, initiator: 'Org2MSP' };
    const { code, text } = await shown({ 'org1.master': master({}, due), 'org2.master': master({}, due) });
    expect([code, cellsOf(text)[1]?.[5]]).toEqual([EXIT.done, '4 of 5']);
    expect(text.split('\n').slice(5)).toEqual(['Org2MSP is expected to have the next cycle sealed', '']);
  });

  it('names who expects whom, where masters differ, and whose settings are others', async () => {
    const { text } = await shown({
      'org1.master': master({}, { initiator: 'Org1MSP' }),
      'org2.master': master({}, { initiator: 'Org2MSP', diverged: 'the part of goods', t2Ms: 20_500 }),
    });
    expect(text.split('\n').slice(5)).toEqual([
      'Org1MSP is expected to have the next cycle sealed, as org1.master says',
      'Org2MSP is expected to have the next cycle sealed, as org2.master says',
      'org2.master: a quorum sealed another header than its own: the part of goods',
      'org2.master has other settings than most masters: checkingHeight 2, t1 10 s, t2 20.5 s, not checkingHeight 2, t1 10 s, t2 30 s',
      '',
    ]);
  });

  it('does not say twice of a master that it diverged', async () => {
    const reason = 'a quorum sealed another header than this master computed: cycle 5, in trieRoot';
    const { code, text } = await shown({
      'org2.master': master({ state: 'diverged', reason }, { diverged: 'cycle 5, in trieRoot' }),
    });
    expect([code, text.split(reason).length, text.includes('than its own')]).toEqual([EXIT.failed, 2, false]);
  });

  it('lists in JSON where the state of a business node differs', async () => {
    const differences = [
      { checkNum: 3n, blockNum: 5n, code: 'STATE_DIFFERS', domain: 'goods' },
      { checkNum: 4n, code: 'STATE_DIFFERS', domain: '_lifecycle' },
      // Of a node of an earlier release.
      { checkNum: 4n, code: 'STATE_DIFFERS' },
    ];
    const { text } = await shown({ 'org1.goods': business({ differences }) }, { json: true });
    expect((JSON.parse(text) as { differences: unknown }[])[1]?.differences).toEqual([
      { domain: 'goods', cycle: '3', block: '5', code: 'STATE_DIFFERS' },
      { domain: '_lifecycle', cycle: '4', block: null, code: 'STATE_DIFFERS' },
      { domain: 'goods', cycle: '4', block: null, code: 'STATE_DIFFERS' },
    ]);
  });

  it('has no cycle of a master that does not say how it stands with them', async () => {
    const silent = { status: master().status ?? (() => Promise.reject(new Error())) };
    const { code, text } = await shown({ 'org1.master': silent });
    expect([code, cellsOf(text)[1]?.[5]]).toEqual([EXIT.done, '-']);
  });

  it('is as much as JSON', async () => {
    const { text } = await shown({}, { json: true });
    const common = {
      state: 'following',
      reason: '',
      height: '10',
      lag: '0',
      behindSeconds: 0,
      differences: [],
    };
    expect((JSON.parse(text) as unknown[]).slice(0, 2)).toEqual([
      {
        ...{ ...common, name: 'org1.master', role: 'master', domain: null },
        ...{ storeBytes: '1500', dockedAt: null, refusals: [], consistentUpTo: null },
        checking: {
          ...{ computed: '5', recorded: '5', sealed: '5', anchored: '4', initiator: '', diverged: '' },
          settings: SETTINGS,
        },
      },
      {
        ...{ ...common, name: 'org1.goods', role: 'business', domain: 'goods' },
        ...{ storeBytes: '500', dockedAt: 'org1.master', refusals: [], consistentUpTo: '4', checking: null },
      },
    ]);
  });
});
