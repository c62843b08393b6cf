import { create, type MessageInitShape } from '@bufbuild/protobuf';
import { utf8 } from '@cotrace/core';
import { describe, expect, it } from '@jest/globals';
import { ProofPartSchema } from '../gen/cotrace/cotrace_pb.js';
import { assembleProof } from './assemble-proof.js';

type Part = NonNullable<MessageInitShape<typeof ProofPartSchema>['part']>;

const piece = (index: number, text: string, offset = 0, length = text.length) => ({
  ...{ index, offset, length },
  bytes: utf8(text),
});
const START: Part = {
  case: 'start',
  value: { blockNum: 7n, nodes: 1, records: 2, envelopes: 1, traces: 2 },
};
const NODES: Part = { case: 'nodes', value: { pieces: [piece(0, 'node')] } };
const RECORDS: Part = {
  case: 'records',
  value: { pieces: [piece(1, 'second'), piece(0, 'fi', 0, 5), piece(0, 'rst', 2, 5)] },
};
const ENVELOPES: Part = { case: 'envelopes', value: { pieces: [piece(0, '')] } };
const HEAD = Uint8Array.of(1);
const TRACES: Part = {
  case: 'traces',
  value: {
    traces: [
      { index: 1, traceId: 'B' },
      { index: 0, traceId: 'A', head: HEAD, trees: [{ mspId: 'Org1MSP', events: 2, path: HEAD }] },
    ],
  },
};
const at = (place: number, more: object = {}) => ({
  ...{ trace: 0, tree: 0, at: place, index: 3 + place, place: HEAD },
  ...more,
});
const EVENTS: Part = {
  case: 'events',
  value: { events: [at(1, { row: 'row', record: 0, envelope: 0 }), at(0)] },
};
const PROGRESS: Part = { case: 'progress', value: { traces: 1, events: 1 } };
const WHOLE = [PROGRESS, START, NODES, RECORDS, ENVELOPES, TRACES, EVENTS];

const assembled = (parts: readonly Part[]) => assembleProof(sent(parts));

async function* sent(parts: readonly Part[]) {
  for (const part of parts) yield await Promise.resolve(create(ProofPartSchema, { part }));
}

describe('the parts of a proof', () => {
  it('are put together by the places that they name, in whatever order they come', async () => {
    const whole = {
      block: 7n,
      nodes: [utf8('node')],
      records: ['first', 'second'],
      envelopes: [new Uint8Array()],
      traces: [
        {
          traceId: 'A',
          head: HEAD,
          trees: [
            {
              mspId: 'Org1MSP',
              events: [
                { index: 3, place: HEAD, shown: null },
                { index: 4, place: HEAD, shown: { row: 'row', record: 0, envelope: 0 } },
              ],
              path: HEAD,
            },
          ],
        },
        { traceId: 'B', head: null },
      ],
    };
    expect(await assembled(WHOLE)).toEqual(whole);
    const [, , ...rest] = WHOLE;
    expect(await assembled([START, PROGRESS, ...rest.reverse()])).toEqual(whole);
  });

  const without = (left: Part): Part[] => WHOLE.filter((part) => part !== left);
  const instead = (of: Part, ...parts: readonly Part[]): Part[] =>
    WHOLE.flatMap((part) => (part === of ? parts : [part]));
  const start = (more: object): Part[] =>
    instead(START, { case: 'start', value: { ...START.value, ...more } });
  const records = (...all: readonly object[]): Part[] =>
    instead(RECORDS, { case: 'records', value: { pieces: all } } as Part);
  const events = (...all: readonly object[]): Part[] =>
    instead(EVENTS, { case: 'events', value: { events: all } } as Part);
  const traces = (...all: readonly object[]): Part[] =>
    instead(TRACES, { case: 'traces', value: { traces: all } } as Part);
  const tree = { mspId: 'Org1MSP', events: 0, path: HEAD };

  it.each<[string, string, readonly Part[]]>([
    ['nothing', 'it has no beginning', []],
    ['progress alone', 'it has no beginning', [PROGRESS]],
    ['what comes before the start', 'it must begin with one start part', [NODES, START]],
    ['two starts', 'it must begin with one start part', [START, START]],
    ['a part of no kind', 'it has a part of an unknown kind', [...WHOLE, { case: undefined }]],
    ['no nodes', 'it has 0 of 1 nodes', without(NODES)],
    ['no events', 'it has 0 of 2 events', without(EVENTS)],
    ['an empty part', 'an empty part', [...WHOLE, { case: 'nodes', value: { pieces: [] } }]],
    ['more nodes than a proof can have', 'more than 100000 nodes', start({ nodes: 100_001 })],
    ['more traces than a proof can have', 'more than 10000 traces', start({ traces: 10_001 })],
    ['more records than a proof can have', 'more than 100000 records', start({ records: 100_001 })],
    ['an entry twice', 'records are not each listed once', records(piece(0, 'a'), piece(0, 'a'))],
    ['an entry of no place', 'records are not each listed once', records(piece(2, 'a'))],
    ['the end of an entry alone', 'do not fit together', records(piece(0, 'b', 1, 2))],
    ['a gap in an entry', 'do not fit together', records(piece(0, 'a', 0, 3), piece(0, 'c', 2, 3))],
    ['an entry that is too long', 'do not fit together', records(piece(0, 'abc', 0, 2))],
    ['pieces without bytes', 'do not fit together', records(piece(0, 'a', 0, 2), piece(0, '', 1, 2))],
    ['half an entry', 'a piece of a text is missing', records(piece(0, 'a', 0, 2), piece(1, 'b'))],
    ['more bytes than a proof can have', 'more bytes than', records(piece(0, 'a', 0, 2 ** 28))],
    ['an event twice', 'events are not each listed once', events(at(0), at(0))],
    ['an event of no place', 'events are not each listed once', events(at(2))],
    ['an event of no tree', 'an event that belongs to no tree', events(at(0, { tree: 1 }))],
    ['an event of no trace', 'an event that belongs to no tree', events(at(0, { trace: 2 }))],
    [
      'more events than a proof can have',
      'more events than',
      traces({ index: 0, traceId: 'A', head: HEAD, trees: [{ ...tree, events: 100_001 }] }),
    ],
    [
      'more trees than a head can have',
      'more trees than',
      traces({ index: 0, traceId: 'A', head: HEAD, trees: new Array(50).fill(tree) }),
    ],
  ])('are refused where there is %s', async (_what, said, parts) => {
    await expect(assembled(parts)).rejects.toMatchObject({
      code: 'BAD_PROOF',
      message: expect.stringContaining(said) as unknown,
    });
  });

  it('are refused where a record is not text', async () => {
    const bytes = { index: 0, offset: 0, length: 1, bytes: Uint8Array.of(0xff) };
    await expect(assembled(records(bytes, piece(1, 'b')))).rejects.toMatchObject({ code: 'BAD_UTF8' });
  });
});
