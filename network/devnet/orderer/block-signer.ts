import { randomBytes } from 'node:crypto';
import { create, toBinary } from '@bufbuild/protobuf';
import {
  blockSignatureMessage,
  encodeSignatureHeader,
  orderer,
  ordererMetadataValue,
  signaturesMetadata,
} from '@cotrace/fabric-model';
import type { BlockToSign, SignBlock } from '../ledger/types.js';

const NONCE_LENGTH = 24;

/**
 * Signs blocks as the one Raft orderer of the network (`addBlockSignature` of
 * orderer/common/multichannel/blockwriter.go): over metadata value, signature header and block header.
 * `nonceOf` gives the 24 bytes that tell one signature header from others.
 */
export function blockSigner(
  signer: {
    readonly serialized: Uint8Array;
    sign(message: Uint8Array): Uint8Array;
  },
  nonceOf: (blockNum: bigint) => Uint8Array = () => randomBytes(NONCE_LENGTH),
): SignBlock {
  return ({ number, headerBytes, lastConfigIndex }: BlockToSign) => {
    const value = ordererMetadataValue(lastConfigIndex, raftMetadata(number));
    const signatureHeader = encodeSignatureHeader(signer.serialized, nonceOf(number));
    const signature = signer.sign(blockSignatureMessage(value, signatureHeader, headerBytes));
    return signaturesMetadata(value, [{ signatureHeader, signature }]);
  };
}

/** State of a Raft cluster of one: its log has an entry for the election and one for every block. */
function raftMetadata(blockNum: bigint): Uint8Array<ArrayBuffer> {
  const state = create(orderer.RaftBlockMetadataSchema, {
    consenterIds: [1n],
    nextConsenterId: 2n,
    raftIndex: blockNum + 2n,
  });
  return new Uint8Array(toBinary(orderer.RaftBlockMetadataSchema, state));
}
