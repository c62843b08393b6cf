import { describe, expect, it } from '@jest/globals';
import { encodeEventLeaf, markKey, sha256, toHex, traceKey, utf8 } from '@cotrace/core';
import fc from 'fast-check';
import { decodeRwset, type NamespaceRwset } from '../transaction/rwset.js';
import { encodeRwset } from '../validation/testing/transaction.js';
import { traceEvents, type EventSource } from './trace-events.js';

const RUNS = process.env['CI_DEEP'] === '1' ? 10_000 : 100;
const [R1, R2] = ['1'.repeat(64), '2'.repeat(64)];

const source: EventSource = {
  txId: 'ab'.repeat(32),
  blockNum: 7n,
  txNum: 3,
  mspId: 'Org1MSP',
  envelopeHash: sha256(utf8('envelope')),
};

type Sets = Parameters<typeof encodeRwset>[0];

function read(sets: Sets): NamespaceRwset[] {
  return decodeRwset(encodeRwset(sets));
}

/** The events of these sets, as `DOMAIN KEY`. */
function of(...sets: Sets): string[] {
  return traceEvents(read(sets), source).map(({ domain, key }) => `${domain} ${key}`);
}

const put = (key: string, value = 'v'): { key: string; value: Uint8Array } => ({ key, value: utf8(value) });

describe('the events of a transaction', () => {
  it('are one for each row or mark that it puts, with what binds it to its transaction', () => {
    const writes = [put(traceKey('a'), 'row'), put(`rec/${R1}`), put(markKey('b', R1), 'mark')];
    expect(traceEvents(read([{ namespace: 'goods', writes }]), source)).toEqual([
      { ...source, domain: 'goods', key: markKey('b', R1), valueHash: sha256(utf8('mark')) },
      { ...source, domain: 'goods', key: traceKey('a'), valueHash: sha256(utf8('row')) },
    ]);
  });

  it('name the organisation by a hash where its MSP id is too long for a leaf', () => {
    const mspId = 'x'.repeat(256);
    const rwset = read([{ namespace: 'goods', writes: [put(traceKey('a'))] }]);
    const events = traceEvents(rwset, { ...source, mspId });
    expect(events.map((event) => event.mspId)).toEqual([toHex(sha256(utf8(mspId)))]);
    expect(() => events.map(encodeEventLeaf)).not.toThrow();
  });

  it('are each of its own where several are of one trace and one domain', () => {
    const writes = [put(markKey('a', R2)), put(traceKey('a')), put(markKey('a', R1))];
    expect(of({ namespace: 'goods', writes })).toEqual([
      `goods mark/a ${R1}`,
      `goods mark/a ${R2}`,
      'goods trace/a',
    ]);
  });

  it('are in the order of the bytes of domains and keys, not in that of the sets', () => {
    const writes = [put(traceKey('\u{10000}')), put(traceKey('\ufffd')), put(traceKey('B'))];
    expect(of({ namespace: 'lots', writes }, { namespace: 'Goods', writes: [put(traceKey('z'))] })).toEqual([
      'Goods trace/z',
      'lots trace/B',
      'lots trace/\ufffd',
      'lots trace/\u{10000}',
    ]);
  });

  it('go by the effect of writes of one key: two of them are no put, three are one', () => {
    const namespace = 'goods';
    const row = put(traceKey('a'));
    const other = put(traceKey('a'), 'w');
    const gone = { key: traceKey('a'), isDelete: true };
    expect(of({ namespace, writes: [row, other] })).toEqual([]);
    expect(of({ namespace, writes: [row] }, { namespace, writes: [other] })).toEqual([]);
    expect(of({ namespace, writes: [row, gone] })).toEqual([]);
    expect(of({ namespace, writes: [gone, row] })).toEqual([]);
    const thrice = traceEvents(read([{ namespace, writes: [row, row, other] }]), source);
    expect(thrice.map(({ valueHash }) => toHex(valueHash))).toEqual([toHex(sha256(utf8('w')))]);
  });

  it('are none of deletions, empty values, metadata alone and private data', () => {
    const namespace = 'goods';
    const entries = [{ name: 'VALIDATION_PARAMETER', value: utf8('p') }];
    const metadataWrites = [{ key: traceKey('a'), entries }];
    const collections = [{ name: 'c', hashedWrites: [{ keyHash: utf8('h'), valueHash: utf8('v') }] }];
    expect(of({ namespace, writes: [{ key: traceKey('a'), isDelete: true }] })).toEqual([]);
    expect(of({ namespace, writes: [{ key: traceKey('a'), value: new Uint8Array() }] })).toEqual([]);
    expect(of({ namespace, metadataWrites })).toEqual([]);
    expect(of({ namespace, collections })).toEqual([]);
    expect(of({ namespace, writes: [put(traceKey('a'))], metadataWrites })).toEqual(['goods trace/a']);
  });

  it('are none of namespaces that are not domains, nor of other keys', () => {
    for (const namespace of ['_lifecycle', 'lscc', 'goods$private']) {
      expect(of({ namespace, writes: [put(traceKey('a'))] })).toEqual([]);
    }
    const keys = ['trace/', 'mark/a', `mark/ ${R1}`, `evt/${R1}`, `\0trace/a\0`, traceKey('a'.repeat(513))];
    expect(of({ namespace: 'goods', writes: keys.map((key) => put(key)) })).toEqual([]);
  });

  it('are what a literal reading finds: each key with a value left, once, whatever is written how often', () => {
    const keys = [traceKey('a'), traceKey('b'), markKey('a', R1), markKey('a', R2), `rec/${R1}`];
    const write = fc.record({
      namespace: fc.constantFrom('goods', 'lots', '_lifecycle'),
      key: fc.constantFrom(...keys),
      value: fc.constantFrom('', 'v', 'w'),
    });
    fc.assert(
      fc.property(fc.array(write, { maxLength: 12 }), (all) => {
        const sets = all.map(({ namespace, key, value }) => ({ namespace, writes: [put(key, value)] }));
        const wanted = ['goods', 'lots'].flatMap((domain) =>
          keys
            .filter((key) => key !== `rec/${R1}`)
            .sort()
            .flatMap((key) => {
              const values = all
                .filter((one) => one.namespace === domain && one.key === key)
                .map(({ value }) => value);
              const deletions = values.filter((value) => value === '').length;
              const puts = isPut(values.length - deletions, deletions);
              const last = values.findLast((value) => value !== '') ?? '';
              return puts ? [`${domain} ${key}=${last}`] : [];
            }),
        );
        const found = traceEvents(read(sets), source).map(
          ({ domain, key, valueHash }) =>
            `${domain} ${key}=${toHex(valueHash) === toHex(sha256(utf8('v'))) ? 'v' : 'w'}`,
        );
        expect(found).toEqual(wanted);
      }),
      { numRuns: RUNS },
    );
  });
});

/** Whether so many writes and deletions of one key add up to flags that Fabric takes for a write (`keyOpsFlag`). */
function isPut(writes: number, deletions: number): boolean {
  const flags = writes + 8 * deletions;
  return flags === 1 || (flags % 2 === 1 && (flags & 0b110) !== 0 && (flags & 0b1000) === 0);
}
