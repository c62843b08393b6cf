// The hash of a block, which a hint needs (docs/formats.md, "Calling the contract").
import { createHash } from 'node:crypto';
import { common } from '@hyperledger/fabric-protos';

/**
 * The hash of the block that holds a transaction: of the DER of its header.
 * @param {import('@hyperledger/fabric-gateway').Network} network
 * @param {string} txId
 */
export async function blockHash(network, txId) {
  const bytes = await network
    .getContract('qscc')
    .evaluateTransaction('GetBlockByTxID', network.getName(), txId);
  const header = common.Block.deserializeBinary(bytes).getHeader();
  if (header === undefined) throw new Error(`the block of transaction ${txId} has no header`);
  const der = tagged(0x30, [
    tagged(0x02, [integer(header.getNumber())]),
    tagged(0x04, [header.getPreviousHash_asU8()]),
    tagged(0x04, [header.getDataHash_asU8()]),
  ]);
  return createHash('sha256').update(der).digest('hex');
}

/**
 * Two's complement, as short as it can be; `number` is below 2^53.
 * @param {number} number
 */
function integer(number) {
  const hex = number.toString(16);
  const bytes = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex');
  return bytes.readUInt8(0) < 0x80 ? bytes : Buffer.concat([Buffer.of(0), bytes]);
}

/**
 * DER of less than 128 bytes: a header has at most 79.
 * @param {number} tag
 * @param {readonly Uint8Array[]} parts
 */
function tagged(tag, parts) {
  const content = Buffer.concat(parts);
  return Buffer.concat([Buffer.of(tag, content.length), content]);
}
