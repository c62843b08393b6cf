import { describe, expect, it } from '@jest/globals';
import { create, fromBinary, toBinary, type DescMessage, type MessageInitShape } from '@bufbuild/protobuf';
import { concat, fromHex, toHex, utf8 } from '@cotrace/core';
import * as fc from 'fast-check';
import * as common from '../gen/fabric/common_pb.js';
import * as ledger from '../gen/fabric/ledger_pb.js';
import * as lifecycle from '../gen/fabric/lifecycle_pb.js';
import * as orderer from '../gen/fabric/orderer_pb.js';
import * as peer from '../gen/fabric/peer_pb.js';
import { decode } from './decode.js';
import { grpcService } from './grpc-service.js';
import { nested, varint } from './testing/nested.js';

const numRuns = process.env['CI_DEEP'] === '1' ? 10_000 : 100;
const timeout = 50 * numRuns;
const bad = expect.objectContaining({ code: 'BAD_PROTOBUF' });

const bytes = fc.uint8Array({ maxLength: 200 });
const text = fc.string({ unit: 'grapheme', maxLength: 20 });
const int32 = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
const uint64 = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });

function messages<Desc extends DescMessage>(
  schema: Desc,
  init: fc.Arbitrary<MessageInitShape<Desc>>,
): fc.Arbitrary<[DescMessage, Uint8Array]> {
  return init.map((value) => [schema, toBinary(schema, create(schema, value))]);
}

const anyMessage = fc.oneof(
  messages(
    common.ChannelHeaderSchema,
    fc.record({
      type: int32,
      epoch: uint64,
      channelId: text,
      extension: bytes,
      timestamp: fc.record({ seconds: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), nanos: int32 }),
    }),
  ),
  messages(
    ledger.KVRWSetSchema,
    fc.record({
      reads: fc.array(fc.record({ key: text, version: fc.record({ blockNum: uint64, txNum: uint64 }) })),
      writes: fc.array(fc.record({ key: text, isDelete: fc.boolean(), value: bytes })),
      rangeQueriesInfo: fc.array(
        fc.record({
          itrExhausted: fc.boolean(),
          readsInfo: fc.record({
            case: fc.constant('readsMerkleHashes' as const),
            value: fc.record({ maxLevel: fc.nat(), maxLevelHashes: fc.array(bytes) }),
          }),
        }),
      ),
    }),
  ),
  messages(
    lifecycle.StateDataSchema,
    fc.record({
      Type: fc.oneof(
        fc.record({ case: fc.constant('Int64' as const), value: fc.bigInt({ min: -(2n ** 63n), max: 0n }) }),
        fc.record({ case: fc.constant('String' as const), value: text }),
      ),
    }),
  ),
  messages(
    common.ConfigGroupSchema,
    fc.record({
      version: uint64,
      groups: fc.dictionary(
        text,
        fc.record({ modPolicy: text, values: fc.dictionary(text, fc.record({ value: bytes })) }),
      ),
    }),
  ),
  messages(
    peer.BlockAndPrivateDataSchema,
    fc.record({
      privateDataMap: fc.dictionary(fc.nat().map(String), fc.record({ dataModel: fc.constant(0) })),
    }),
  ),
);

describe('decode', () => {
  it(
    'what the library encodes is decoded as the library decodes it',
    () => {
      fc.assert(
        fc.property(anyMessage, ([schema, encoded]) => {
          const decoded = decode(schema, encoded);
          expect(decoded).toEqual(fromBinary(schema, encoded));
          expect(toHex(toBinary(schema, decoded))).toBe(toHex(encoded));
        }),
        { numRuns },
      );
    },
    timeout,
  );

  it(
    'bytes that are cut, changed or made up are decoded or refused with BAD_PROTOBUF, nothing else',
    () => {
      const changed = fc
        .tuple(anyMessage, fc.nat(), fc.nat(255))
        .map(([[schema, encoded], at, byte]): [DescMessage, Uint8Array] => {
          const copy = encoded.slice();
          if (copy.length > 0) copy[at % copy.length] = byte;
          return [schema, at % 3 === 0 ? copy.slice(0, at % (copy.length + 1)) : copy];
        });
      const made = fc
        .tuple(anyMessage, bytes)
        .map(([[schema], junk]): [DescMessage, Uint8Array] => [schema, junk]);
      fc.assert(
        fc.property(fc.oneof(changed, made), ([schema, encoded]) => {
          try {
            decode(schema, encoded);
          } catch (error) {
            expect(error).toEqual(bad);
          }
        }),
        { numRuns },
      );
    },
    timeout,
  );

  it('a field of the wrong wire type is unknown, as in Go, and kept', () => {
    // Field 1 of Envelope as a varint, then as it should be.
    const message = decode(common.EnvelopeSchema, fromHex('08050a0161'));
    expect(message.payload).toEqual(utf8('a'));
    expect(message.$unknown).toEqual([{ no: 1, wireType: 0, data: fromHex('05') }]);
    expect(toHex(toBinary(common.EnvelopeSchema, message))).toBe('0a01610805');
  });

  it('names that differ only by a byte order mark stay different', () => {
    const name = (encoded: Uint8Array): string => decode(peer.ChaincodeIDSchema, encoded).name;
    const marked = concat(fromHex('1206'), fromHex('efbbbf'), utf8('abc'));
    expect(name(marked)).toBe('\ufeffabc');
    expect(name(marked)).not.toBe(name(concat(fromHex('1203'), utf8('abc'))));
  });

  it('a message that is repeated is merged, the last of other fields counts', () => {
    const block = decode(common.BlockSchema, fromHex('0a0208010a0312016112030a0161' + '12030a0162'));
    expect(block.header).toMatchObject({ number: 1n, previousHash: utf8('a') });
    expect(block.data?.data).toEqual([utf8('a'), utf8('b')]);
    expect(decode(common.EnvelopeSchema, fromHex('0a01610a0162')).payload).toEqual(utf8('b'));
    const oneof = decode(lifecycle.StateDataSchema, fromHex('0805' + '1a0161'));
    expect(oneof.Type).toEqual({ case: 'String', value: 'a' });
  });

  it('a key like __proto__ is a key like any other', () => {
    const entry = (key: string): Uint8Array => {
      const content = concat(fromHex('0a'), Uint8Array.of(key.length), utf8(key), fromHex('12023801'));
      return concat(fromHex('12'), Uint8Array.of(content.length), content);
    };
    const { groups } = decode(common.ConfigGroupSchema, entry('__proto__'));
    expect(Object.keys(groups)).toEqual(['__proto__']);
  });

  it.each([
    ['a nested message longer than the one around it', common.PayloadSchema, '0a040a0361'],
    ['bytes longer than what is left', common.EnvelopeSchema, '0a0561'],
    ['a length beyond 32 bits', common.EnvelopeSchema, '0affffffffff0161'],
    ['a varint without end', common.EnvelopeSchema, '18ffffffffffffffffffffff'],
    ['a varint beyond 64 bits', common.ChannelHeaderSchema, '30ffffffffffffffffff02'],
    ['field number 0', common.EnvelopeSchema, '0200'],
    ['a field number beyond 29 bits', common.EnvelopeSchema, 'fa' + 'ffffff7f' + '00'],
    ['a wire type that does not exist', common.EnvelopeSchema, '0f'],
    ['text that is not UTF-8', peer.ChaincodeIDSchema, '1201ff'],
    ['text with a lone surrogate', peer.ChaincodeIDSchema, '1203eda080'],
    ['the end of a group that did not begin', common.EnvelopeSchema, '1c'],
    ['a group that ends as another', common.EnvelopeSchema, '1b24'],
    ['a group without end', common.EnvelopeSchema, '1b'],
    ['a fixed number cut off', common.EnvelopeSchema, '1d000000'],
  ] as [string, DescMessage, string][])('%s is refused', (_, schema, hex) => {
    expect(() => decode(schema, fromHex(hex))).toThrow(bad);
  });

  it('groups that nobody knows may hold fields with numbers up to 2^31−1, as in Go', () => {
    // Group 15 with field 2^28: the bytes that made a valid transaction unreadable here alone.
    const group = fromHex('7b8080808010017c');
    expect(decode(common.EnvelopeSchema, group).$unknown).toEqual([
      { no: 15, wireType: 3, data: group.slice(1) },
    ]);
    expect(() => decode(common.EnvelopeSchema, fromHex('7b' + 'f8ffffff3f' + '01' + '7c'))).not.toThrow();
    expect(() => decode(common.EnvelopeSchema, fromHex('7b' + '8080808040' + '01' + '7c'))).toThrow(bad);
  });

  it('10,001 groups may lie within each other and 10,000 messages, as in Go; the call stack lasts', () => {
    const groups = (count: number): Uint8Array =>
      concat(new Uint8Array(count).fill(0x1b), new Uint8Array(count).fill(0x1c));
    expect(decode(common.EnvelopeSchema, groups(10_001)).$unknown).toHaveLength(1);
    expect(() => decode(common.EnvelopeSchema, groups(10_002))).toThrow(bad);
    expect(() => decode(common.EnvelopeSchema, new Uint8Array(2_000_000).fill(0x1b))).toThrow(bad);
    expect(decode(common.SignaturePolicySchema, nestedPolicy(4999)).type.case).toBe('nOutOf');
    expect(() => decode(common.SignaturePolicySchema, nestedPolicy(5000))).toThrow(bad);
  });

  it('entries of maps count as levels too, and before their wire type is looked at, as in Go', () => {
    const groups = (levels: number, innermost: string): Uint8Array =>
      nested(fromHex(innermost), levels, (length) => [0x12, ...varint(length)]);
    // Below the outermost group: an entry, its group, an entry, …; 10,000 levels with the group itself.
    expect(() => decode(common.ConfigGroupSchema, groups(9999, ''))).not.toThrow();
    expect(() => decode(common.ConfigGroupSchema, groups(10_000, ''))).toThrow(bad);
    // Below a configuration: its group, an entry, …; the innermost group may hold no entry any more.
    const entryAsVarint = '1001';
    expect(() => decode(common.ConfigGroupSchema, groups(9998, entryAsVarint))).not.toThrow();
    expect(() => decode(common.ConfigSchema, groups(9999, ''))).not.toThrow();
    expect(() => decode(common.ConfigSchema, groups(9999, entryAsVarint))).toThrow(bad);
  });

  /** n-of rules within n-of rules. */
  function nestedPolicy(levels: number): Uint8Array {
    return nested(new Uint8Array(), 2 * levels, (length) => [0x12, ...varint(length)]);
  }

  describe('a bound on elements', () => {
    const tooMany = expect.objectContaining({ code: 'TOO_MANY_ELEMENTS', detail: { max: 3 } });
    const limits = { maxElements: 3 };

    it.each([
      ['entries of a list', ledger.TxReadWriteSetSchema, '1200'],
      ['texts of a list', common.OrdererAddressesSchema, '0a00'],
      ['entries of a map', common.ConfigGroupSchema, '1200'],
      ['messages within one, which are merged', common.PayloadSchema, '0a00'],
      ['fields that nobody knows', common.EnvelopeSchema, '2801'],
      ['known fields of another wire type', common.EnvelopeSchema, '0801'],
    ] as [string, DescMessage, string][])('%s: as many as allowed, and no more', (_, schema, element) => {
      expect(() => decode(schema, fromHex(element.repeat(3)), limits)).not.toThrow();
      expect(() => decode(schema, fromHex(element.repeat(4)), limits)).toThrow(tooMany);
    });

    it('counts over all levels, and in packed lists', () => {
      const rwset = (inner: string): Uint8Array => fromHex(`12${byte(inner.length / 2)}${inner}`);
      expect(() => decode(ledger.TxReadWriteSetSchema, rwset('1a001a00'), limits)).not.toThrow();
      expect(() => decode(ledger.TxReadWriteSetSchema, rwset('1a001a001a00'), limits)).toThrow(tooMany);
      const query = (numbers: string): Uint8Array => fromHex(`0a${byte(numbers.length / 2)}${numbers}`);
      expect(() => decode(orderer.RaftBlockMetadataSchema, query('010203'), limits)).not.toThrow();
      expect(() => decode(orderer.RaftBlockMetadataSchema, query('01020304'), limits)).toThrow(tooMany);
    });

    it('stops a message of ten million empty ones before they take memory', () => {
      const empty = new Uint8Array(20 * 1024 * 1024).map((_, i) => (i % 2 === 0 ? 0x12 : 0));
      const before = process.memoryUsage().heapUsed;
      expect(() => decode(ledger.TxReadWriteSetSchema, empty, { maxElements: 1000 })).toThrow(
        expect.objectContaining({ code: 'TOO_MANY_ELEMENTS' }),
      );
      expect(process.memoryUsage().heapUsed - before).toBeLessThan(10 * 1024 * 1024);
    });

    function byte(value: number): string {
      return value.toString(16).padStart(2, '0');
    }
  });

  it('a Buffer gives plain byte arrays', () => {
    const { payload } = decode(common.EnvelopeSchema, Buffer.from('0a0161', 'hex'));
    expect(Buffer.isBuffer(payload)).toBe(false);
  });
});

describe('grpcService', () => {
  it('paths, streams and bytes are those of the .proto file', () => {
    const service = grpcService(peer.Deliver);
    expect(Object.keys(service)).toEqual(['Deliver', 'DeliverFiltered', 'DeliverWithPrivateData']);
    expect(service['Deliver']).toMatchObject({
      path: '/protos.Deliver/Deliver',
      requestStream: true,
      responseStream: true,
    });
    expect(grpcService(peer.Endorser)['ProcessProposal']).toMatchObject({
      path: '/protos.Endorser/ProcessProposal',
      requestStream: false,
      responseStream: false,
    });
    const envelope = create(common.EnvelopeSchema, { payload: utf8('p') });
    const wire = service['Deliver']?.requestSerialize(envelope);
    expect(Buffer.isBuffer(wire)).toBe(true);
    expect(service['Deliver']?.requestDeserialize(wire ?? new Uint8Array())).toEqual(envelope);
  });
});
