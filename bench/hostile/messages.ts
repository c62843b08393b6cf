import { parseStrictJson, recordOf } from '@cotrace/core';
import { common, decode, decodeEnvelope, decodeTransaction } from '@cotrace/fabric-model';
import { readOrder, readTraceProof } from '@cotrace/verifier';
import type { HostileShape } from './growth.js';
import { refusing, repeated, shapesOf } from './texts.js';

/** Groups that nobody knows, begun and never ended, begin so; Fabric's own messages have no group. */
const GROUP = Uint8Array.of(0x7b);

const bytes =
  (...piece: readonly number[]) =>
  (size: number): Uint8Array =>
    Uint8Array.from({ length: size - (size % piece.length) }, (_, i) => piece[i % piece.length] ?? 0);

const protobufShapes: Readonly<Record<string, (size: number) => Uint8Array>> = {
  'groups in groups': bytes(...GROUP),
  'groups one after the other': bytes(0x7b, 0x7c),
  'empty messages of a list': bytes(0x0a, 0x00),
  'unknown fields': bytes(0x78, 0x01),
  'long varints': bytes(0x78, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01),
};

const envelope = (payload: Uint8Array): Uint8Array => {
  const length = [0, 7, 14, 21].map((shift, i) => ((payload.length >> shift) & 0x7f) | (i < 3 ? 0x80 : 0));
  return Uint8Array.from([0x0a, ...length, ...payload]);
};

const trace = (i: number) => `{"id":"lot-${i}","role":"subject","lot":null,"amounts":null}`;
const PRODUCT = 'https://id.gs1.org/01/09521234000884';
const record = (traces: string, data: string) =>
  `{"step":null,"eventTime":"2026-04-16T13:26:42.500Z","bond":null,"change":null,"traces":[${traces}],"data":${data},"eventHash":"ni:///sha-256;${'0'.repeat(64)}?ver=CBV2.0","eventID":null,"corrects":null}`;
const traces = (count: number, each: (i: number) => string) =>
  Array.from({ length: Math.max(1, Math.floor(count)) }, (_, i) => each(i)).join(',');

const recordShapes: Readonly<Record<string, (size: number) => string>> = {
  'many identifiers': (size) => record(traces(size / 70, trace), '{}'),
  'many items of one lot': (size) =>
    record(
      traces(
        size / 160,
        (i) => `{"id":"${PRODUCT}/21/${i}","role":"subject","lot":"${PRODUCT}/10/L","amounts":null}`,
      ),
      '{}',
    ),
  'many quantities': (size) =>
    record(
      `{"id":"${PRODUCT}","role":"input","lot":null,"amounts":[${traces(size / 30, (i) => `{"value":"${i + 1}","unit":null}`)}]}`,
      '{}',
    ),
  'long Digital Links of keys alone': (size) =>
    record(
      traces(
        size / 560,
        (i) => `{"id":"https://x${i}${'/01'.repeat(165)}","role":"input","lot":null,"amounts":null}`,
      ),
      '{}',
    ),
  'data of many values': (size) => record(trace(1), `{"a":[${repeated('1,', size)}1]}`),
};

const proof = (parts: { nodes?: string; records?: string; envelopes?: string; traces?: string }) => {
  const { nodes = '', records = '', envelopes = '', traces: shown = '' } = parts;
  return `{"format":"cotrace.trace-proof.v1","question":{"traceId":"LOT","direction":"up","recorders":null,"limits":{"identifiers":1,"events":1},"rules":1},"root":{"attested":{"block":"1","attestations":[{"body":"","unixSeconds":"1","mspId":"A","certificate":"","signature":""}]}},"nodes":[${nodes}],"records":[${records}],"envelopes":[${envelopes}],"traces":[${shown}]}`;
};
const tree = (events: string) =>
  proof({
    traces: `{"traceId":"LOT","head":"AAAA","trees":[{"mspId":"Org1MSP","events":[${events}],"path":""}]}`,
  });

const proofShapes: Readonly<Record<string, (size: number) => string>> = {
  'many nodes': (size) => proof({ nodes: traces(size / 12, () => '"AAAAAAAA"') }),
  'many absent traces': (size) =>
    proof({ traces: traces(size / 35, (i) => `{"traceId":"lot-${i}","absent":true}`) }),
  'many hidden events': (size) =>
    tree(traces(size / 70, (i) => `{"index":${i},"hidden":"${'A'.repeat(43)}"}`)),
  'many rows': (size) => tree(traces(size / 40, (i) => `{"index":${i},"place":"6565","row":"{}"}`)),
  'a long record': (size) => proof({ records: `"${'r'.repeat(size)}"` }),
  'a long envelope': (size) => proof({ envelopes: `"${'A'.repeat(size - (size % 4))}"` }),
};

const orderShapes: Readonly<Record<string, (size: number) => string>> = {
  'a long message': (size) => `{"from":"a","to":"b","message":"${'m'.repeat(size)}","signature":"s"}`,
  'many members': (size) => `{${traces(size / 12, (i) => `"m${i}":1`)}}`,
};

export const messageShapes: readonly HostileShape[] = [
  ...shapesOf(
    'protobuf',
    protobufShapes,
    refusing((input: Uint8Array) => decode(common.BlockDataSchema, input)),
  ),
  ...shapesOf(
    'envelope',
    protobufShapes,
    refusing((input: Uint8Array) => decodeTransaction(decodeEnvelope(envelope(input)))),
  ),
  ...shapesOf(
    'record',
    recordShapes,
    refusing((text: string) => recordOf(parseStrictJson(text, 8 << 20), 1 << 20)),
  ),
  ...shapesOf('proof file', proofShapes, refusing(readTraceProof)),
  ...shapesOf('order', orderShapes, refusing(readOrder)),
];
