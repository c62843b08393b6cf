import { beforeAll, describe, expect, it } from '@jest/globals';
import { create, toBinary } from '@bufbuild/protobuf';
import { concat, fromHex, utf8 } from '@cotrace/core';
import * as fc from 'fast-check';
import * as common from '../gen/fabric/common_pb.js';
import * as peer from '../gen/fabric/peer_pb.js';
import { organization, type TestOrganization } from '../validation/testing/channel.js';
import { transaction, type TransactionParts } from '../validation/testing/transaction.js';
import { decode } from '../wire/decode.js';
import { domainsOf } from './domains.js';

const numRuns = process.env['CI_DEEP'] === '1' ? 10_000 : 100;
const timeout = 50 * numRuns;
const writes = [{ key: 'k', value: utf8('v') }];

describe('domainsOf', () => {
  let org: TestOrganization;
  beforeAll(async () => {
    org = await organization('Org1MSP');
  });

  const envelope = (parts: Partial<TransactionParts>): Promise<Uint8Array> =>
    transaction({ creator: org.client, endorsers: [], ...parts });

  it('the chaincode called, and every namespace written in any way, is a domain', async () => {
    expect(domainsOf(await envelope({ chaincode: 'retail', rwset: [] }))).toEqual(['retail']);
    const bytes = await envelope({
      chaincode: 'retail',
      rwset: [
        { namespace: 'writes', writes },
        { namespace: 'deletes', writes: [{ key: 'k', isDelete: true }] },
        { namespace: 'stamps', metadataWrites: [{ key: 'k' }] },
        { namespace: 'hides', collections: [{ name: 'c', hashedWrites: [{ keyHash: utf8('h') }] }] },
        { namespace: 'hides2', collections: [{ name: 'c', metadataWrites: [{ keyHash: utf8('h') }] }] },
        { namespace: 'reads', reads: [{ key: 'k' }], rangeQueriesInfo: [{ startKey: 'a' }] },
        { namespace: 'peeks', collections: [{ name: 'c', hashedReads: [{ keyHash: utf8('h') }] }] },
      ],
    });
    expect(domainsOf(bytes)).toEqual(['deletes', 'hides', 'hides2', 'retail', 'stamps', 'writes']);
  });

  it('they are sorted by UTF-8 bytes, each once, without what no chaincode can be called', async () => {
    const names = ['b_2', 'b', 'B', 'b-2', 'no name', '*'];
    const rwset = names.map((namespace) => ({ namespace, writes }));
    expect(domainsOf(await envelope({ chaincode: 'b', rwset }))).toEqual(['B', 'b', 'b-2', 'b_2']);
  });

  it('system chaincodes and names with an underscore are no domains', async () => {
    const rwset = ['lscc', 'cscc', 'vscc', 'escc', '_other', ''].map((namespace) => ({ namespace, writes }));
    expect(domainsOf(await envelope({ chaincode: 'qscc', rwset }))).toEqual([]);
  });

  it('configuration, and whatever calls or writes _lifecycle, is in every domain', async () => {
    expect(domainsOf(await envelope({ type: common.HeaderType.CONFIG }))).toBe('all');
    expect(domainsOf(await envelope({ chaincode: '_lifecycle', rwset: [] }))).toBe('all');
    expect(domainsOf(await envelope({ rwset: [{ namespace: '_lifecycle', writes }] }))).toBe('all');
    const reads = [{ namespace: '_lifecycle', reads: [{ key: 'namespaces/fields/production/Sequence' }] }];
    expect(domainsOf(await envelope({ rwset: reads }))).toEqual(['production']);
  });

  it('neither signatures nor the validity of a transaction matter', async () => {
    const rwset = [{ namespace: 'retail', writes }];
    const bytes = await envelope({
      rwset,
      signature: utf8('none'),
      txId: 'wrong',
      proposalHash: utf8('wrong'),
    });
    expect(domainsOf(bytes)).toEqual(['production', 'retail']);
  });

  it('what cannot be decoded down to the read-write set is in no domain', async () => {
    expect(domainsOf(await envelope({ results: utf8('junk') }))).toEqual([]);
    expect(domainsOf(await envelope({ data: utf8('junk') }))).toEqual([]);
    expect(domainsOf(await envelope({ type: common.HeaderType.CONFIG_UPDATE }))).toEqual([]);
    expect(domainsOf(new Uint8Array())).toEqual([]);
  });

  it('fields that only a lenient decoder would mistake for others cannot hide a domain', async () => {
    // Field 1 of the outer messages, wrong as varint: Go keeps it as unknown and goes on, so must we.
    const message = decode(
      common.EnvelopeSchema,
      await envelope({ rwset: [{ namespace: 'retail', writes }] }),
    );
    const payload = decode(common.PayloadSchema, message.payload);
    const [action] = decode(peer.TransactionSchema, payload.data).actions;
    const decoy = fromHex('0805');
    const data = concat(
      decoy,
      toBinary(peer.TransactionSchema, create(peer.TransactionSchema, { actions: action ? [action] : [] })),
    );
    const bytes = toBinary(common.EnvelopeSchema, {
      ...message,
      payload: concat(decoy, toBinary(common.PayloadSchema, { ...payload, data })),
    });
    expect(domainsOf(bytes)).toEqual(['production', 'retail']);
  });

  it(
    'it is total: any bytes, made up or changed, give an answer',
    async () => {
      const honest = await envelope({ rwset: [{ namespace: 'retail', writes }] });
      const changed = fc.tuple(fc.nat(honest.length - 1), fc.nat(255)).map(([at, byte]) => {
        const copy = honest.slice();
        copy[at] = byte;
        return copy;
      });
      fc.assert(
        fc.property(fc.oneof(changed, fc.uint8Array({ maxLength: 300 })), (bytes) => {
          const domains = domainsOf(bytes);
          expect(domains).toEqual(domainsOf(bytes.slice()));
          if (domains !== 'all') expect([...new Set(domains)]).toEqual(domains);
        }),
        { numRuns },
      );
    },
    timeout,
  );
});
