// Calls of the trace contract (docs/formats.md, "Calling the contract").
import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { GatewayError, StatusCode } from '@hyperledger/fabric-gateway';
import { common } from '@hyperledger/fabric-protos';

/**
 * @typedef {import('@hyperledger/fabric-gateway').Network} Network
 * @typedef {{ traces: { id: string, role: string }[] }} ClientRecord as in record.json, with further members
 * @typedef {{ txId: string, recordId: string, ver: number }} Row
 */

const PATIENCE_MS = 120_000;
const PAUSE_MS = 100;

/**
 * Captures a record and returns where it is: `block` is missing where it was captured before. Reads the hints and submits
 * again where another client was faster, and where a peer or the ordering service did not answer: nothing is recorded twice.
 * @param {Network} network
 * @param {string} domain
 * @param {ClientRecord} record
 * @returns {Promise<{ recordId: string, txId: string, block?: bigint }>}
 */
export async function capture(network, domain, record) {
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    try {
      const hints = await Promise.all(distinctIds(record).map((id) => hintFor(network, domain, id)));
      const commit = await network.getContract(domain).submitAsync('capture', {
        arguments: [JSON.stringify(record), JSON.stringify(hints)],
      });
      const { recordId } = parse(commit.getResult());
      // Endorsed and ordered is not recorded: the peers' verdict counts.
      const { successful, code, blockNumber } = await commit.getStatus();
      if (successful) return { recordId, txId: commit.getTransactionId(), block: blockNumber };
      if (code !== StatusCode.MVCC_READ_CONFLICT || Date.now() > deadline) {
        throw new Error(`transaction ${commit.getTransactionId()} is not valid: code ${code}`);
      }
    } catch (error) {
      const refusal = refusalIn(error);
      if (refusal?.code === 'DUPLICATE')
        return { recordId: refusal.detail.recordId, txId: refusal.detail.txId };
      const isTransient = error instanceof GatewayError && (refusal === null || refusal.code === 'STALE');
      if (!isTransient || Date.now() > deadline) throw error;
    }
    await sleep(PAUSE_MS);
  }
}

/**
 * A record as it is stored.
 * @param {Network} network
 * @param {string} domain
 * @param {string} recordId
 */
export const readRecord = (network, domain, recordId) => evaluate(network, domain, 'readRecord', recordId);

/**
 * Every row that an identifier has had in a domain, newest first.
 * @param {Network} network
 * @param {string} domain
 * @param {string} id
 * @returns {Promise<{ row: Row | null, txId: string, unixSeconds: number }[]>}
 */
export const history = (network, domain, id) => evaluate(network, domain, 'history', id);

/** @param {ClientRecord} record */
const distinctIds = ({ traces }) => [...new Set(traces.map(({ id }) => id))];

/**
 * What is known of the newest record of an identifier: its transaction, and the hash of its block.
 * @param {Network} network
 * @param {string} domain
 * @param {string} id
 */
async function hintFor(network, domain, id) {
  try {
    const { txId } = await evaluate(network, domain, 'readTrace', id);
    return { id, preTraceTxId: txId, preTraceHash: await blockHash(network, txId) };
  } catch (error) {
    if (refusalIn(error)?.code !== 'NOT_FOUND') throw error;
    return { id, preTraceTxId: null, preTraceHash: null };
  }
}

/**
 * The hash of the block that holds a transaction: of the DER of its header.
 * @param {Network} network
 * @param {string} txId
 */
async function blockHash(network, txId) {
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

/**
 * @param {Network} network
 * @param {string} domain
 * @param {string} name
 * @param {string[]} args
 */
async function evaluate(network, domain, name, ...args) {
  return parse(await network.getContract(domain).evaluateTransaction(name, ...args));
}

/** @param {Uint8Array} bytes */
const parse = (bytes) => JSON.parse(Buffer.from(bytes).toString());

/**
 * The contract's refusal in an error, or null where Fabric failed.
 * @param {unknown} error
 * @returns {{ code: string, message: string, detail: any } | null}
 */
function refusalIn(error) {
  if (!(error instanceof GatewayError)) return null;
  for (const { message } of error.details) {
    const text = /^chaincode response 500, (\{"code":.*\})$/s.exec(message)?.[1];
    if (text !== undefined) return JSON.parse(text);
  }
  return null;
}
