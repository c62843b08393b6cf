import { toHex } from '@cotrace/core';
import { nodeVerifier } from '@cotrace/network';
import { readTrust, type Trust } from '@cotrace/verifier';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Master, type ProofPart } from '../gen/cotrace/cotrace_pb.js';
import { fakeConnections, type MasterAnswers } from '../testing/fake-network.js';
import type { Falsehood } from '../testing/false-master.js';
import { addressed, falseAnswers, honestAnswers } from '../testing/masters-in-process.js';
import { questionOf, trustFile } from '../testing/proofs.js';
import { capture, type TestRecord } from '../testing/records.js';
import { TestChain } from '../testing/test-chain.js';
import { TestMaster } from '../testing/test-master.js';
import { TestNetwork } from '../testing/test-network.js';
import { definition } from '../testing/transactions.js';
import { collectTrace } from './collect-trace.js';
import type { Connections } from './connections.js';

const FIRST = 'org1.master';
const LOT = questionOf('LOT');
const ALL = { newest: null, envelopes: false, at: null };

let network: TestNetwork;
let masters: readonly TestMaster[];
let trust: Trust;
/** What each master answers, by its name. */
let honest: Readonly<Record<string, MasterAnswers>>;
/** What they proved before the last block. */
let older: Parts;

beforeAll(async () => {
  network = await TestNetwork.create();
  trust = readTrust(trustFile(network), nodeVerifier);
  masters = await TestMaster.openAll(network);
  honest = Object.fromEntries(masters.map((master) => [master.name, honestAnswers(network, master)]));
  const chain = new TestChain(network);
  chain.add([definition(network, 'goods')]);
  let before = {};
  const add = (
    record: Pick<TestRecord, 'label' | 'eventTime'>,
    ver: number,
    ...more: TestRecord['traces']
  ) => {
    const traces = [
      { id: 'LOT', role: more.length === 0 ? 'subject' : 'input', ver, ...before } as const,
      ...more,
    ];
    const { envelope, txId: preTraceTxId } = capture(network, { ...record, traces });
    before = { preTraceTxId, preTraceHash: toHex(chain.add([envelope]).headerHash) };
  };
  add({ label: 'first', eventTime: '2026-01-01T00:00:00.000Z' }, 1);
  add({ label: 'second', eventTime: '2026-01-02T00:00:00.000Z' }, 2);
  for (const master of masters) await master.follow(chain);
  older = await provenBy(answers(FIRST));
  add({ label: 'made', eventTime: '2026-01-03T00:00:00.000Z' }, 3, { id: 'FLOUR', role: 'output', ver: 1 });
  for (const master of masters) await master.follow(chain);
});

afterAll(async () => {
  for (const master of masters) await master.close();
  await network.remove();
});

const answers = (name: string): MasterAnswers => honest[name] ?? {};

/** What a master proves of LOT. */
async function provenBy(master: MasterAnswers): Promise<Parts> {
  const parts: ProofPart[] = [];
  const [asked] = fakeConnections({ consortium: addressed(network), nodes: { [FIRST]: master } }).masters();
  const request = { traceId: LOT.traceId, direction: LOT.direction, ...LOT.limits };
  const { signal } = new AbortController();
  for await (const part of asked?.client.stream(Master.method.prove, request, signal) ?? []) parts.push(part);
  return parts;
}

/** Connections to the masters, some of which lie. */
function connected(lie: Lie, ...liars: readonly string[]): Connections {
  const nodes = Object.entries(honest).map(([name, one]) => [
    name,
    liars.includes(name) ? falseAnswers(one, lying(lie)) : one,
  ]);
  return fakeConnections({
    consortium: addressed(network),
    nodes: Object.fromEntries(nodes) as Record<string, MasterAnswers>,
  });
}

function lying(lie: Lie): Falsehood {
  return {
    prove: async function* (ask) {
      const parts: ProofPart[] = [];
      for await (const part of ask(typeof lie === 'function' ? {} : lie)) parts.push(part);
      yield* typeof lie === 'function' ? lie(parts) : parts;
    },
  };
}

type Parts = readonly ProofPart[];
/** The parts that it sends instead, or what it asks instead. */
type Lie = ((honest: Parts) => readonly object[]) | { readonly [other: string]: unknown };

type ValueOf<K> = Extract<ProofPart['part'], { case: K }>['value'];
/** The same parts, but for those of a kind. */
const changing =
  <K extends ProofPart['part']['case']>(kind: K, change: (value: ValueOf<K>) => object) =>
  (parts: Parts): ProofPart[] =>
    parts.map(({ part, ...rest }) => {
      if (part.case !== kind) return { ...rest, part };
      const changed = { case: kind, value: change(part.value as ValueOf<K>) };
      return { ...rest, part: changed } as unknown as ProofPart;
    });
const starting = (change: (start: ValueOf<'start'>) => object) =>
  changing('start', (start) => ({ ...start, ...change(start) }));
type SentEvent = ValueOf<'events'>['events'][number];
const events = (change: (all: SentEvent[]) => readonly object[]) =>
  changing('events', ({ events: all }) => ({ events: change(all) }));
const tree = (change: object) =>
  changing('traces', ({ traces }) => ({
    traces: traces.map((one) => ({ ...one, trees: one.trees.map((of) => ({ ...of, ...change })) })),
  }));
const fewer = (parts: Parts): object[] => {
  const cut = events((all) => all.slice(0, -1))(parts);
  return tree({ events: 2 })(cut);
};

/** Those parts that are of these kinds. */
const of = (parts: Parts, ...kinds: readonly ProofPart['part']['case'][]): ProofPart[] =>
  parts.filter(({ part }) => kinds.includes(part.case));
/** The start of a proof, with as many nodes as another has. */
const withNodesOf = (parts: Parts, other: Parts): ProofPart[] => {
  const nodes = of(other, 'start').reduce(
    (sum, { part }) => sum + (part.case === 'start' ? part.value.nodes : 0),
    0,
  );
  return starting(() => ({ nodes }))(of(parts, 'start'));
};

/** What a master may send instead of the honest proof, and the code by which that is refused. */
const LIES: Readonly<Record<string, readonly [code: string, lie: Lie]>> = {
  'omits an event': ['BAD_PROOF', events((all) => all.slice(1))],
  'omits an event, and says that there are so many': ['BAD_PROOF_LENGTH', fewer],
  'omits the events, and says how many there are': ['INCOMPLETE', { newest: 0 }],
  'omits all but the newest event': ['INCOMPLETE', { newest: 1 }],
  'omits the trace': ['BAD_PROOF', changing('traces', () => ({ traces: [] }))],
  'says that nobody has recorded it': [
    'WRONG_HEAD',
    (parts) =>
      starting(() => ({ records: 0 }))(parts).flatMap((one): object[] => {
        const { part } = one;
        if (part.case === 'records' || part.case === 'events') return [];
        if (part.case !== 'traces') return [one];
        return [{ part: { case: 'traces', value: { traces: [{ index: 0, traceId: 'LOT' }] } } }];
      }),
  ],
  'omits a record': ['BAD_PROOF', changing('records', ({ pieces }) => ({ pieces: pieces.slice(1) }))],
  'omits the record of an event, and says that there is one less': [
    'INCOMPLETE',
    (parts) => {
      const few = starting(({ records }) => ({ records: records - 1 }))(parts);
      const less = changing('records', ({ pieces }) => ({
        pieces: pieces.filter(({ index }) => index < pieces.length - 1),
      }))(few);
      return events((all) =>
        all.map((one) => (one.record === all.length - 1 ? { ...one, record: undefined } : one)),
      )(less);
    },
  ],
  'omits a node of the trie': [
    'PROOF_TOO_SHORT',
    (parts) =>
      changing('nodes', ({ pieces }) => ({ pieces: pieces.slice(0, -1) }))(
        starting(({ nodes }) => ({ nodes: nodes - 1 }))(parts),
      ),
  ],
  'reorders events': [
    'EVENT_ORDER',
    events((all) => all.map((one) => ({ ...one, at: all.length - 1 - one.at }))),
  ],
  'swaps what events say': [
    'WRONG_VALUE',
    events((all) => all.map((one, i) => ({ ...one, row: (all[all.length - 1 - i] ?? one).row }))),
  ],
  'truncates the stream': ['BAD_PROOF', (parts) => parts.slice(0, -1)],
  'sends nothing but its end': ['BAD_PROOF', () => []],
  'doubles a part': ['BAD_PROOF', (parts) => parts.flatMap((part) => [part, part])],
  'doubles an event': ['BAD_PROOF', events((all) => [...all, ...all.slice(-1)])],
  'invents an event': [
    'BAD_PROOF',
    events((all) => [...all, { ...(all[0] ?? {}), at: all.length, index: all.length }]),
  ],
  'invents a row': ['WRONG_VALUE', events((all) => all.map((one) => ({ ...one, row: `${one.row ?? ''} ` })))],
  'invents a record': [
    'WRONG_RECORD',
    changing('records', ({ pieces }) => ({
      pieces: pieces.map((one) => ({
        ...one,
        bytes: Buffer.from(
          Buffer.from(one.bytes).toString().replace('shipping', 'receiving').slice(0, one.length),
        ),
      })),
    })),
  ],
  'says less of the tree': ['BAD_PROOF_LENGTH', tree({ path: new Uint8Array(32) })],
  'is of another organisation': ['NO_TREE', tree({ mspId: 'Org2MSP' })],
  'serves the heads of a block before': ['BEHIND', () => older],
  'serves the heads of a block before as those of the newest': [
    'ROOT_MISMATCH',
    () => starting(() => ({ blockNum: 4n }))(older),
  ],
  'mixes blocks, with the events of one before': [
    'WRONG_HEAD',
    (parts) => [
      ...starting(() => ({ blockNum: 4n }))(withNodesOf(older, parts)),
      ...of(parts, 'nodes'),
      ...of(older, 'traces', 'events', 'records'),
    ],
  ],
  'mixes blocks, with the trie of one before': [
    'ROOT_MISMATCH',
    (parts) => [
      ...withNodesOf(parts, older),
      ...of(older, 'nodes'),
      ...of(parts, 'traces', 'events', 'records'),
    ],
  ],
  'says it is of a block to come': ['NO_QUORUM', starting(() => ({ blockNum: 99n }))],
  'answers about another identifier': ['PROVES_NOTHING', { traceId: 'FLOUR' }],
  'answers another direction': ['NOT_ASKED', { direction: 'down' }],
  'tells of its progress without end': [
    'BAD_PROOF',
    () => Array.from({ length: 5000 }, () => ({ part: { case: 'progress', value: {} } })),
  ],
  'sends parts without anything': [
    'BAD_PROOF',
    (parts) => [...parts, { part: { case: 'events', value: { events: [] } } }],
  ],
};

async function traced(connections: Connections): Promise<string[]> {
  const { answer } = await collectTrace(connections, LOT, ALL, trust);
  return answer.events.map(({ record }) => (record?.data as { label: string }).label);
}

describe('a proof from a master that', () => {
  it.each(Object.entries(LIES))('%s is refused, and the next master is asked', async (_name, [code, lie]) => {
    const connections = connected(lie, FIRST);
    expect(await traced(connections)).toEqual(['first', 'second', 'made']);
    expect(connections.faults.list().map((fault) => [fault.node, fault.code])).toEqual([[FIRST, code]]);
  });

  it.each(['omits an event', 'serves the heads of a block before', 'answers about another identifier'])(
    '%s leaves no answer where all masters do so, by its code',
    async (name) => {
      const [code, lie] = LIES[name] ?? ['', {}];
      await expect(traced(connected(lie, ...Object.keys(honest)))).rejects.toMatchObject({
        code,
        detail: { faults: [{ node: FIRST }, { node: 'org2.master' }, { node: 'org3.master' }] },
      });
    },
  );

  it('lies leaves an answer as long as one does not, however the others lie', async () => {
    const [omits, doubles] = [LIES['omits a record'], LIES['doubles a part']];
    const nodes = {
      ...honest,
      [FIRST]: falseAnswers(answers(FIRST), lying(omits?.[1] ?? {})),
      'org2.master': falseAnswers(answers('org2.master'), lying(doubles?.[1] ?? {})),
    };
    const connections = fakeConnections({ consortium: addressed(network), nodes });
    expect(await traced(connections)).toEqual(['first', 'second', 'made']);
    expect(connections.faults.list().map(({ node }) => node)).toEqual([FIRST, 'org2.master']);
  });

  it('says to be at a block before, and serves its heads, is asked last where another is silent', async () => {
    const late: MasterAnswers = {
      ...falseAnswers(
        answers(FIRST),
        lying(() => older),
      ),
      traceHeads: () => Promise.resolve({ height: 4n }),
    };
    const nodes = { [FIRST]: late, 'org3.master': answers('org3.master') };
    expect(await traced(fakeConnections({ consortium: addressed(network), nodes }))).toEqual([
      'first',
      'second',
      'made',
    ]);
  });
});
