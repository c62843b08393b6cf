// Calls of the trace contract (docs/formats.md, "Calling the contract").
import { setTimeout as sleep } from 'node:timers/promises';
import { GatewayError, StatusCode } from '@hyperledger/fabric-gateway';
import { blockHash } from './block-hash.mjs';

/**
 * @typedef {import('@hyperledger/fabric-gateway').Network} Network
 * @typedef {{ traces: { id: string, role: string }[] }} ClientRecord as in shipping.json; other members are passed on
 * @typedef {{ txId: string, recordId: string, ver: number }} Row
 */

const PATIENCE_MS = 120_000;
const PAUSE_MS = 100;

/**
 * Captures a record and returns where it is: `block` is missing where the organisation captured it before.
 * @param {Network} network
 * @param {string} domain
 * @param {ClientRecord} record
 */
export const capture = (network, domain, record) => patiently(() => captureOnce(network, domain, record));

/**
 * A record as it is stored.
 * @param {Network} network
 * @param {string} domain
 * @param {string} recordId
 */
export const readRecord = (network, domain, recordId) =>
  patiently(() => evaluate(network, domain, 'readRecord', recordId));

/**
 * Every row that an identifier has had in a domain, newest first.
 * @param {Network} network
 * @param {string} domain
 * @param {string} id
 * @returns {Promise<{ row: Row | null, txId: string, unixSeconds: number }[]>}
 */
export const history = (network, domain, id) => patiently(() => evaluate(network, domain, 'history', id));

/**
 * Repeats what fails because another client was faster, or a peer or the ordering service did not answer. A capture starts
 * again from its hints: nothing is recorded twice.
 * @template T
 * @param {() => Promise<T>} attempt
 */
async function patiently(attempt) {
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (!isPassing(error) || Date.now() > deadline) throw error;
    }
    await sleep(PAUSE_MS);
  }
}

/** @param {unknown} error */
function isPassing(error) {
  if (error instanceof NotValid) return error.code === StatusCode.MVCC_READ_CONFLICT;
  const refusal = refusalIn(error);
  return error instanceof GatewayError && (refusal === null || refusal.code === 'STALE');
}

class NotValid extends Error {
  /**
   * @param {string} txId
   * @param {number} code
   */
  constructor(txId, code) {
    super(`transaction ${txId} is in a block and not valid: code ${code}`);
    this.code = code;
  }
}

/**
 * @param {Network} network
 * @param {string} domain
 * @param {ClientRecord} record
 * @returns {Promise<{ recordId: string, txId: string, block?: bigint }>}
 */
async function captureOnce(network, domain, record) {
  const hints = await Promise.all(idsWithRow(record).map((id) => hintFor(network, domain, id)));
  const args = [JSON.stringify(record), JSON.stringify(hints)];
  try {
    const commit = await network.getContract(domain).submitAsync('capture', { arguments: args });
    const { recordId } = parse(commit.getResult());
    const txId = commit.getTransactionId();
    // Endorsed and ordered is not recorded: the peers' verdict counts.
    const { successful, code, blockNumber } = await commit.getStatus();
    if (!successful) throw new NotValid(txId, code);
    return { recordId, txId, block: blockNumber };
  } catch (error) {
    const refusal = refusalIn(error);
    if (refusal?.code !== 'DUPLICATE') throw error;
    return { recordId: refusal.detail.recordId, txId: refusal.detail.txId };
  }
}

/** A GTIN without lot or serial number; the other keys that name classes are in docs/formats.md, TraceID. */
const CLASS = /^https:\/\/id\.gs1\.org\/01\/\d{14}$/;

/**
 * The identifiers of a record that get a row, which hints are for. Classes, and what is nothing but an item's lot or a process,
 * get a mark.
 * @param {ClientRecord} record
 */
const idsWithRow = ({ traces }) =>
  [...new Set(traces.filter(({ role }) => role !== 'lot' && role !== 'process').map(({ id }) => id))].filter(
    (id) => !CLASS.test(id),
  );

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
