import { beforeAll, describe, expect, it } from '@jest/globals';
import { create, toBinary } from '@bufbuild/protobuf';
import { utf8 } from '@cotrace/core';
import * as common from '../gen/fabric/common_pb.js';
import { encodeSignatureHeader } from '../transaction/builders.js';
import {
  channel,
  organization,
  type Signer,
  type TestChannel,
  type TestOrganization,
} from '../validation/testing/channel.js';
import { blockOf, type Block } from './block.js';
import { blockSignatureMessage, signaturesMetadata, verifyBlockSignature } from './block-signature.js';
import { dataHash, headerBytes } from './header.js';
import { lastConfigIndex, ordererMetadataValue } from './metadata.js';

type Signature = Parameters<typeof signaturesMetadata>[1][number];

describe('verifyBlockSignature', () => {
  let orderers: TestOrganization[];
  const envelopes = [utf8('a transaction')];
  const parts = { number: 7n, previousHash: new Uint8Array(32), dataHash: dataHash(envelopes), envelopes };
  const header = headerBytes(parts.number, parts.previousHash, parts.dataHash);
  const value = ordererMetadataValue(5n, utf8('raft'));

  beforeAll(async () => {
    orderers = await Promise.all(['A', 'B', 'C', 'D'].map((name) => organization(`${name}MSP`)));
  });

  const block = (signatures: readonly Signature[]): Block =>
    blockOf({ ...parts, metadata: [signaturesMetadata(value, signatures)] });

  async function byHeader({ bytes, sign }: Signer): Promise<Signature> {
    const signatureHeader = encodeSignatureHeader(bytes, utf8('nonce'));
    return { signatureHeader, signature: await sign(blockSignatureMessage(value, signatureHeader, header)) };
  }

  async function byNumber(identifier: number, { sign }: Signer): Promise<Signature> {
    const identifierHeader = toBinary(
      common.IdentifierHeaderSchema,
      create(common.IdentifierHeaderSchema, { identifier, nonce: utf8('nonce') }),
    );
    return {
      identifierHeader,
      signature: await sign(blockSignatureMessage(value, identifierHeader, header)),
    };
  }

  const verify =
    (target: Block, { config, manager }: TestChannel) =>
    (): void =>
      verifyBlockSignature(target, config, manager);
  const refused = expect.objectContaining({ code: 'BLOCK_SIGNATURE' });
  const at = (index: number): TestOrganization => {
    const found = orderers[index];
    if (found === undefined) throw new Error('no such orderer');
    return found;
  };

  it("Raft: one orderer's signature is enough, and covers value, header and signer", async () => {
    const raft = channel('main', [], orderers);
    const signed = block([await byHeader(at(1).orderer)]);
    expect(verify(signed, raft)).not.toThrow();
    expect(lastConfigIndex(signed)).toBe(5n);
    for (const changed of [
      { ...signed, number: 8n },
      { ...signed, previousHash: new Uint8Array(32).fill(1) },
      { ...signed, dataHash: new Uint8Array(32) },
      { ...signed, metadata: [] },
      {
        ...signed,
        metadata: [signaturesMetadata(ordererMetadataValue(6n), [await byHeader(at(1).orderer)])],
      },
    ]) {
      expect(verify(changed, raft)).toThrow(refused);
    }
  });

  it('Raft: strangers, and signatures by number, do not count', async () => {
    const raft = channel('main', [at(0)], [at(1)]);
    expect(verify(block([await byHeader(at(2).orderer)]), raft)).toThrow(refused);
    expect(verify(block([await byHeader(at(0).peer)]), raft)).toThrow(refused);
    expect(verify(block([await byNumber(1, at(1).orderer)]), raft)).toThrow(refused);
  });

  it('BFT: a quorum of different consenters is needed, whose numbers the configuration gives', async () => {
    const bft = channel('main', [], orderers, true);
    const sign = (...numbers: number[]): Promise<Signature[]> =>
      Promise.all(numbers.map((number) => byNumber(number, at(number - 1).orderer)));
    expect(verify(block(await sign(1, 3, 4)), bft)).not.toThrow();
    expect(verify(block(await sign(1, 2, 3, 4)), bft)).not.toThrow();
    expect(verify(block(await sign(1, 3)), bft)).toThrow(refused);
    expect(verify(block(await sign(1, 3, 3, 1)), bft)).toThrow(refused);
    const unknown = await byNumber(9, at(0).orderer);
    expect(verify(block([...(await sign(1, 3)), unknown]), bft)).toThrow(refused);
    const swapped = await byNumber(2, at(0).orderer);
    expect(verify(block([...(await sign(3, 4)), swapped]), bft)).toThrow(refused);
  });

  it('BFT: another certificate of the same organisation is no consenter', async () => {
    const bft = channel('main', [], orderers, true);
    const mixed = [
      await byNumber(1, at(0).orderer),
      await byNumber(2, at(1).orderer),
      await byHeader(at(2).peer),
    ];
    expect(verify(block(mixed), bft)).toThrow(refused);
    mixed.push(await byHeader(at(2).orderer));
    expect(verify(block(mixed), bft)).not.toThrow();
  });
});
