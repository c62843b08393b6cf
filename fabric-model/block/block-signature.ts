import { create, toBinary } from '@bufbuild/protobuf';
import { CotraceError, concat } from '@cotrace/core';
import type { ChannelConfig } from '../config/channel-config.js';
import * as common from '../gen/fabric/common_pb.js';
import type { MspManager } from '../identity/manager.js';
import { evaluateSignedData, type SignedData } from '../policy/policy.js';
import { decode } from '../wire/decode.js';
import type { Block } from './block.js';
import { headerBytes } from './header.js';
import { BLOCK_METADATA, metadataAt } from './metadata.js';

const BLOCK_VALIDATION = '/Channel/Orderer/BlockValidation';

type SignedBlock = Pick<Block, 'number' | 'previousHash' | 'dataHash' | 'metadata'>;

/**
 * Checks that a block is signed as the channel's BlockValidation policy wants it, under the configuration
 * in force before it; block 0 is never signed. The signatures cover the header alone: `checkBlock` ties the
 * transactions to it.
 *
 * Under Raft each signature brings its signature header. On channels of Fabric 3 a signature may name its
 * signer by number instead (BFT), and the policy then is a quorum of the consenters.
 *
 * Throws `BLOCK_SIGNATURE`, and `BAD_PROTOBUF` for metadata that cannot be decoded.
 * Source: Fabric `protoutil/blockutils.go`, BlockSignatureVerifier.
 */
export function verifyBlockSignature(block: SignedBlock, config: ChannelConfig, manager: MspManager): void {
  const signatures = blockSignatures(block, config);
  const policy = config.policy(BLOCK_VALIDATION);
  if (policy === null || !evaluateSignedData(policy, signatures, manager)) {
    throw new CotraceError(
      'BLOCK_SIGNATURE',
      `block ${block.number}: its signatures do not satisfy the policy ${BLOCK_VALIDATION}`,
      { block: String(block.number), signatures: signatures.length, policyExists: policy !== null },
    );
  }
}

/** The signatures of a block with who made them and what they are over; unknown consenters are left out. */
export function blockSignatures(block: SignedBlock, config: ChannelConfig): SignedData[] {
  const { value, signatures } = metadataAt(block, BLOCK_METADATA.signatures);
  const header = headerBytes(block.number, block.previousHash, block.dataHash);
  return signatures.flatMap(({ signatureHeader, identifierHeader, signature }): SignedData[] => {
    if (config.bft && signatureHeader.length === 0 && identifierHeader.length > 0) {
      const { identifier } = decode(common.IdentifierHeaderSchema, identifierHeader);
      const identity = config.consenterIdentity(identifier);
      const data = blockSignatureMessage(value, identifierHeader, header);
      return identity === null ? [] : [{ identity, data, signature }];
    }
    const { creator } = decode(common.SignatureHeaderSchema, signatureHeader);
    return [{ identity: creator, data: blockSignatureMessage(value, signatureHeader, header), signature }];
  });
}

/**
 * What an orderer signs: the value of `ordererMetadataValue`, the signer's header (a serialized
 * `SignatureHeader`, or `IdentifierHeader` under BFT) and `headerBytes` of the block.
 */
export function blockSignatureMessage(
  value: Uint8Array,
  signerHeader: Uint8Array,
  header: Uint8Array,
): Uint8Array {
  return concat(value, signerHeader, header);
}

/** The metadata entry with a block's signatures; each has one of the two headers. */
export function signaturesMetadata(
  value: Uint8Array,
  signatures: readonly {
    readonly signatureHeader?: Uint8Array;
    readonly identifierHeader?: Uint8Array;
    readonly signature: Uint8Array;
  }[],
): Uint8Array {
  return toBinary(
    common.MetadataSchema,
    create(common.MetadataSchema, { value, signatures: [...signatures] }),
  );
}
