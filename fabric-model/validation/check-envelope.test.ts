import { beforeAll, describe, expect, it } from '@jest/globals';
import { create, toBinary } from '@bufbuild/protobuf';
import { utf8, VALID } from '@cotrace/core';
import * as fc from 'fast-check';
import * as common from '../gen/fabric/common_pb.js';
import * as peer from '../gen/fabric/peer_pb.js';
import {
  defaultDefinition,
  signaturePolicyBytes,
  type ChaincodeDefinition,
} from '../lifecycle/definition.js';
import { encodeChannelHeader, encodeEnvelope, encodePayload } from '../transaction/builders.js';
import { decode } from '../wire/decode.js';
import { checkEnvelope } from './check-envelope.js';
import type { ValidationContext } from './context.js';
import { channel, organization, rolesPolicy, type TestOrganization } from './testing/channel.js';
import { transaction, type TransactionParts } from './testing/transaction.js';

const numRuns = process.env['CI_DEEP'] === '1' ? 10_000 : 100;
const timeout = 50 * numRuns;
const Code = peer.TxValidationCode;
const write = (key: string): { key: string; value: Uint8Array } => ({ key, value: utf8('v') });

describe('checkEnvelope', () => {
  let orgs: [TestOrganization, TestOrganization, TestOrganization];
  let context: ValidationContext;

  beforeAll(async () => {
    orgs = [await organization('Org1MSP'), await organization('Org2MSP'), await organization('Org3MSP')];
    const definitions = new Map<string, ChaincodeDefinition>(
      [
        defaultDefinition({ name: 'production', version: '1', sequence: 1n }),
        defaultDefinition({ name: 'retail', version: '1', sequence: 1n }),
        defaultDefinition({
          name: 'strict',
          version: '1',
          sequence: 1n,
          policyBytes: signaturePolicyBytes(
            rolesPolicy(3, ['Org1MSP', 'Org2MSP', 'Org3MSP'], common.MSPRole_MSPRoleType.PEER),
          ),
          collections: create(common.CollectionConfigPackageSchema, {
            config: [
              {
                payload: {
                  case: 'staticCollectionConfig',
                  value: {
                    name: 'secrets',
                    endorsementPolicy: {
                      type: { case: 'signaturePolicy', value: rolesPolicy(1, ['Org3MSP']) },
                    },
                  },
                },
              },
              { payload: { case: 'staticCollectionConfig', value: { name: 'plain' } } },
            ],
          }),
        }),
        defaultDefinition({ name: 'other', version: '1', sequence: 1n, validationPlugin: 'own' }),
        defaultDefinition({ name: 'empty', version: '1', sequence: 1n, policyBytes: new Uint8Array() }),
      ].map((definition) => [definition.name, definition]),
    );
    context = {
      channelId: 'main',
      ...channel('main', orgs, []),
      definition: (name) => definitions.get(name) ?? null,
    };
  });

  /** A transaction that is right but for `parts`: endorsed by two of three organisations. */
  async function check(
    parts: Partial<TransactionParts> = {},
    changed: Partial<ValidationContext> = {},
  ): Promise<string> {
    const [one, two] = orgs;
    const bytes = await transaction({ creator: one.client, endorsers: [one.peer, two.peer], ...parts });
    return Code[checkEnvelope(bytes, { ...context, ...changed })];
  }

  it('calls valid what transaction leaves call valid', () => {
    expect(peer.TxValidationCode.VALID).toBe(VALID);
  });

  it('an honest transaction is valid', async () => {
    expect(await check({ rwset: [{ namespace: 'production', writes: [write('a')] }] })).toBe('VALID');
    expect(await check({ rwset: [] })).toBe('VALID');
    const event = { name: 'captured', txId: '', payload: utf8('x') };
    expect(await check({ event })).toBe('VALID');
  });

  it('each broken form has the code that Fabric gives it', async () => {
    const [one] = orgs;
    const stranger = await organization('Org1MSP');
    expect(await check({ type: common.HeaderType.MESSAGE })).toBe('BAD_COMMON_HEADER');
    expect(await check({ type: common.HeaderType.CONFIG_UPDATE })).toBe('UNSUPPORTED_TX_PAYLOAD');
    expect(await check({ type: common.HeaderType.CONFIG })).toBe('VALID');
    expect(await check({ nonce: new Uint8Array() })).toBe('BAD_COMMON_HEADER');
    expect(await check({ channelId: 'checking' })).toBe('BAD_CREATOR_SIGNATURE');
    expect(await check({ creator: stranger.client })).toBe('BAD_CREATOR_SIGNATURE');
    expect(await check({ signature: await one.client.sign(utf8('else')) })).toBe('BAD_CREATOR_SIGNATURE');
    expect(await check({ signature: new Uint8Array() })).toBe('BAD_CREATOR_SIGNATURE');
    expect(await check({ txId: 'ab'.repeat(32) })).toBe('BAD_PROPOSAL_TXID');
    expect(await check({ proposalHash: new Uint8Array(32) })).toBe('INVALID_ENDORSER_TRANSACTION');
    expect(await check({ data: utf8('not a transaction') })).toBe('INVALID_ENDORSER_TRANSACTION');
    expect(await check({ data: new Uint8Array() })).toBe('INVALID_ENDORSER_TRANSACTION');
    expect(await check({ results: utf8('not a set') })).toBe('BAD_RWSET');
    expect(await check({ ran: { name: 'retail', version: '1' } })).toBe('INVALID_CHAINCODE');
    expect(await check({ ran: { name: 'production', version: '' } })).toBe('INVALID_CHAINCODE');
    expect(await check({ chaincode: '' })).toBe('INVALID_CHAINCODE');
    const header = { type: common.HeaderType.ENDORSER_TRANSACTION, channelId: 'main' };
    const headless = encodeEnvelope(
      encodePayload(encodeChannelHeader(header), new Uint8Array(), new Uint8Array()),
      utf8('s'),
    );
    for (const [bytes, code] of [
      [utf8('junk'), Code.INVALID_OTHER_REASON],
      [encodeEnvelope(utf8('junk'), utf8('s')), Code.BAD_PAYLOAD],
      [new Uint8Array(), Code.BAD_COMMON_HEADER],
      [headless, Code.BAD_COMMON_HEADER],
    ] as const) {
      expect(checkEnvelope(bytes, context)).toBe(code);
    }
  });

  it('an epoch other than 0 is refused', () => {
    const channelHeader = toBinary(
      common.ChannelHeaderSchema,
      create(common.ChannelHeaderSchema, { type: 3, channelId: 'main', epoch: 1n }),
    );
    const signatureHeader = toBinary(
      common.SignatureHeaderSchema,
      create(common.SignatureHeaderSchema, { creator: orgs[0].client.bytes, nonce: utf8('n') }),
    );
    const bytes = encodeEnvelope(encodePayload(channelHeader, signatureHeader, new Uint8Array()), utf8('s'));
    expect(checkEnvelope(bytes, context)).toBe(Code.BAD_COMMON_HEADER);
  });

  it('the chaincode and every namespace that is written must be defined', async () => {
    expect(await check({ chaincode: 'unknown' })).toBe('INVALID_CHAINCODE');
    expect(await check({ chaincode: 'empty' })).toBe('INVALID_CHAINCODE');
    for (const namespace of ['unknown', 'lscc', 'qscc', '']) {
      expect(await check({ rwset: [{ namespace, writes: [write('a')] }] })).toBe('INVALID_CHAINCODE');
      expect(await check({ rwset: [{ namespace, reads: [{ key: 'a' }] }] })).toBe('VALID');
    }
    await expect(check({ chaincode: 'other' })).rejects.toMatchObject({ code: 'UNKNOWN_VALIDATION_PLUGIN' });
  });

  it('a namespace that appears twice is refused', async () => {
    const twice = [{ namespace: 'production' }, { namespace: 'production', writes: [write('a')] }];
    expect(await check({ rwset: twice })).toBe('ILLEGAL_WRITESET');
  });

  it('a majority of the organisations must have endorsed, each once, with peer certificates', async () => {
    const [one, two, three] = orgs;
    expect(await check({ endorsers: [one.peer] })).toBe('ENDORSEMENT_POLICY_FAILURE');
    expect(await check({ endorsers: [one.peer, one.peer] })).toBe('ENDORSEMENT_POLICY_FAILURE');
    expect(await check({ endorsers: [one.peer, two.client] })).toBe('ENDORSEMENT_POLICY_FAILURE');
    expect(await check({ endorsers: [] })).toBe('ENDORSEMENT_POLICY_FAILURE');
    expect(await check({ endorsers: [one.client, two.peer, three.peer] })).toBe('VALID');
    const forged = { ...two.peer, sign: one.peer.sign };
    expect(await check({ endorsers: [one.peer, forged] })).toBe('ENDORSEMENT_POLICY_FAILURE');
    const stranger = await organization('Org2MSP');
    expect(await check({ endorsers: [one.peer, stranger.peer] })).toBe('ENDORSEMENT_POLICY_FAILURE');
  });

  it('the policy of every namespace that is written applies, not only that of the chaincode called', async () => {
    const all = orgs.map(({ peer: endorser }) => endorser);
    for (const written of [
      { writes: [write('a')] },
      { metadataWrites: [{ key: 'a', entries: [] }] },
      { collections: [{ name: 'plain', hashedWrites: [{ keyHash: utf8('h'), valueHash: utf8('v') }] }] },
    ]) {
      const rwset = [{ namespace: 'production' }, { namespace: 'strict', ...written }];
      expect(await check({ rwset })).toBe('ENDORSEMENT_POLICY_FAILURE');
      expect(await check({ rwset, endorsers: all })).toBe('VALID');
    }
    expect(await check({ rwset: [{ namespace: 'strict', reads: [{ key: 'a' }] }] })).toBe('VALID');
  });

  it('a collection with a policy of its own is judged by it, one that is not defined refused', async () => {
    const hashedWrites = [{ keyHash: utf8('h'), valueHash: utf8('v') }];
    const into = (name: string): Promise<string> =>
      check({
        rwset: [{ namespace: 'strict', collections: [{ name, hashedWrites }] }],
        endorsers: [orgs[0].peer, orgs[2].peer],
      });
    expect(await into('secrets')).toBe('VALID');
    expect(await into('plain')).toBe('ENDORSEMENT_POLICY_FAILURE');
    expect(await into('unknown')).toBe('ENDORSEMENT_POLICY_FAILURE');
  });

  it('definitions are approved by their own organisation alone, and committed by a majority', async () => {
    const [one, two] = orgs;
    const hashedWrites = [{ keyHash: utf8('h'), valueHash: utf8('v') }];
    const approve = (mspId: string, endorsers = [one.peer]): Promise<string> =>
      check({
        chaincode: '_lifecycle',
        endorsers,
        rwset: [{ namespace: '_lifecycle', collections: [{ name: `_implicit_org_${mspId}`, hashedWrites }] }],
      });
    expect(await approve('Org1MSP')).toBe('VALID');
    expect(await approve('Org2MSP')).toBe('ENDORSEMENT_POLICY_FAILURE');
    expect(await approve('Nobody')).toBe('ENDORSEMENT_POLICY_FAILURE');
    const commit = [{ namespace: '_lifecycle', writes: [write('namespaces/fields/x/Sequence')] }];
    expect(await check({ chaincode: '_lifecycle', rwset: commit, endorsers: [one.peer] })).toBe(
      'ENDORSEMENT_POLICY_FAILURE',
    );
    expect(await check({ chaincode: '_lifecycle', rwset: commit, endorsers: [one.peer, two.peer] })).toBe(
      'VALID',
    );
  });

  it("a key's own policy replaces the chaincode's, and does not act while the block changes it", async () => {
    const own = toBinary(common.SignaturePolicyEnvelopeSchema, rolesPolicy(1, ['Org3MSP']));
    const keyPolicy = (_: string, key: string): Uint8Array | 'changed' | null =>
      key === 'mine' ? own : key === 'moving' ? 'changed' : null;
    const run = (keys: readonly string[], ...endorsers: TestOrganization[]): Promise<string> =>
      check(
        {
          rwset: [{ namespace: 'production', writes: keys.map(write) }],
          endorsers: endorsers.map(({ peer: endorser }) => endorser),
        },
        { keyPolicy },
      );
    const [one, two, three] = orgs;
    expect(await run(['mine'], three)).toBe('VALID');
    expect(await run(['mine'], one, two)).toBe('ENDORSEMENT_POLICY_FAILURE');
    expect(await run(['mine', 'plain'], three)).toBe('ENDORSEMENT_POLICY_FAILURE');
    expect(await run(['mine', 'plain'], one, three)).toBe('VALID');
    expect(await run(['moving'], one, two, three)).toBe('ENDORSEMENT_POLICY_FAILURE');
  });

  it('who holds some namespaces judges only endorsements of their public keys', async () => {
    const [one, , three] = orgs;
    const held = new Set(['production']);
    const hashedWrites = [{ keyHash: utf8('h'), valueHash: utf8('v') }];
    const secrets = [{ name: 'secrets', hashedWrites }];
    const run = (
      rwset: NonNullable<TransactionParts['rwset']>,
      ...endorsers: TestOrganization[]
    ): Promise<string> =>
      check({ rwset, endorsers: endorsers.map(({ peer: endorser }) => endorser) }, { held });
    const own = { namespace: 'production', writes: [write('a')] };
    const other = { namespace: 'nowhere', writes: [write('a')] };
    expect(await run([own, other], one, three)).toBe('VALID');
    expect(await run([own, other], three)).toBe('ENDORSEMENT_POLICY_FAILURE');
    // A private key may have a policy of its own, which nobody has here; public keys beside it are judged.
    expect(await run([{ namespace: 'production', collections: secrets }], three)).toBe('VALID');
    expect(await run([{ ...own, collections: secrets }], three)).toBe('ENDORSEMENT_POLICY_FAILURE');
  });

  it('an event of another chaincode, or one that cannot be decoded, is refused', async () => {
    const withEvents = (events: Uint8Array) => (responsePayload: Uint8Array) => {
      const prp = decode(peer.ProposalResponsePayloadSchema, responsePayload);
      const action = decode(peer.ChaincodeActionSchema, prp.extension);
      prp.extension = toBinary(peer.ChaincodeActionSchema, { ...action, events });
      return toBinary(peer.ProposalResponsePayloadSchema, prp);
    };
    const event = create(peer.ChaincodeEventSchema, { chaincodeId: 'retail', eventName: 'e' });
    const foreign = toBinary(peer.ChaincodeEventSchema, event);
    const own = toBinary(peer.ChaincodeEventSchema, { ...event, chaincodeId: 'production' });
    expect(await check({ mangle: withEvents(own) })).toBe('VALID');
    expect(await check({ mangle: withEvents(foreign) })).toBe('INVALID_OTHER_REASON');
    expect(await check({ mangle: withEvents(utf8('junk')) })).toBe('INVALID_OTHER_REASON');
  });

  it('endorsements over another response, or a response without action, do not count', async () => {
    const [one, two] = orgs;
    const elsewhere = { ...two.peer, sign: () => two.peer.sign(utf8('another response')) };
    expect(await check({ endorsers: [one.peer, elsewhere] })).toBe('ENDORSEMENT_POLICY_FAILURE');
    const emptied = (responsePayload: Uint8Array): Uint8Array =>
      toBinary(peer.ProposalResponsePayloadSchema, {
        ...decode(peer.ProposalResponsePayloadSchema, responsePayload),
        extension: new Uint8Array(),
      });
    expect(await check({ mangle: emptied })).toBe('BAD_RESPONSE_PAYLOAD');
  });

  it(
    'no byte of an envelope can be changed without making it invalid',
    async () => {
      const [one, two] = orgs;
      const rwset = [{ namespace: 'production', writes: [write('a')] }];
      const honest = await transaction({ creator: one.client, endorsers: [one.peer, two.peer], rwset });
      fc.assert(
        fc.property(fc.nat(honest.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
          const changed = honest.slice();
          changed[at] = (changed[at] ?? 0) ^ flip;
          expect(checkEnvelope(changed, context)).not.toBe(Code.VALID);
        }),
        { numRuns },
      );
    },
    timeout,
  );
});
