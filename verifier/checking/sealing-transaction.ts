import {
  CHECKING_HEADER_BYTES,
  CotraceError,
  decodeCheckingHeader,
  equalBytes,
  isCotraceError,
  readHeaderKey,
  type ErrorCode,
  type ErrorDetail,
} from '@cotrace/core';
import {
  computeTxId,
  creatorMspId,
  decodeEnvelope,
  decodeTransaction,
  isWritten,
  proposalHash,
  rwsetDefects,
  type Endorsement,
  type Envelope,
  type KeyWrite,
  type Transaction,
} from '@cotrace/fabric-model';

/** Name of the contract, and the namespace that it writes in. */
const CHECKING = 'checking';
/** Far above what 64 headers and the endorsements of 1,000 organisations take. */
const MAX_SEAL_BYTES = 4 * 1024 * 1024;
/** Most headers that a transaction proves. */
const MAX_SEAL_HEADERS = 64;

/** A transaction of `checking` by its form: what it proves if enough members endorsed it. */
export interface SealingTransaction {
  /** The bytes of the headers that it writes, by rising cycles. */
  readonly headers: readonly Uint8Array[];
  /** When it was proposed, Unix seconds: the time of the seal. */
  readonly time: bigint;
  /** MSP id of its creator, as it names it. */
  readonly creator: string;
  readonly envelope: Pick<Envelope, 'payload' | 'signature' | 'creator'>;
  /** What the endorsers signed. */
  readonly responsePayload: Uint8Array;
  readonly endorsements: readonly Endorsement[];
}

/**
 * Reads an envelope as a transaction of the channel `channel` that seals checking headers (docs/formats.md, Seal). No
 * signature is verified: see `sealersOf`. Whether Fabric found it valid does not matter.
 *
 * Throws `SEAL_FORM` for what is no endorsed transaction or too long, `SEAL_CHANNEL`, `SEAL_CHAINCODE` for another chaincode or
 * status, `SEAL_PROPOSAL` where id or proposal hash is not that of its headers and payload, `SEAL_WRITES` for writes that seal
 * nothing, or more than headers are sealed by.
 */
export function readSealingTransaction(envelope: Uint8Array, channel: string): SealingTransaction {
  if (envelope.length > MAX_SEAL_BYTES)
    throw refusal('SEAL_FORM', 'it is too long', { length: envelope.length });
  const decoded = formed(() => decodeEnvelope(envelope));
  const { channelHeader, channelHeaderBytes, creator, nonce } = decoded;
  if (channelHeader.channelId !== channel) throw refusal('SEAL_CHANNEL', `it is not of channel ${channel}`);
  const transaction = formed(() => decodeTransaction(decoded));
  const { chaincode, invoked, response, actionHeader, chaincodeProposalPayload } = transaction;
  if (chaincode.name !== CHECKING || invoked !== CHECKING || response.status !== 200) {
    throw refusal('SEAL_CHAINCODE', `it is not a successful call of ${CHECKING}`, { status: response.status });
  }
  const hash = proposalHash(channelHeaderBytes, actionHeader, chaincodeProposalPayload);
  if (channelHeader.txId !== computeTxId(nonce, creator) || !equalBytes(hash, transaction.proposalHash)) {
    throw refusal('SEAL_PROPOSAL', 'what was endorsed is not its proposal');
  }
  if (channelHeader.timestamp === undefined) throw refusal('SEAL_FORM', 'it has no time');
  return {
    headers: headersIn(checkingWrites(transaction)),
    time: channelHeader.timestamp.seconds,
    creator: formed(() => creatorMspId(decoded)),
    envelope: decoded,
    responsePayload: transaction.responsePayloadBytes,
    endorsements: transaction.endorsements,
  };
}

/** The writes of a transaction, which must be values in the namespace `checking` alone. */
function checkingWrites(transaction: Transaction): readonly KeyWrite[] {
  const rwset = formed(() => transaction.rwset);
  if (rwsetDefects(rwset).length > 0)
    throw refusal('SEAL_WRITES', 'no peer writes a read-write set of its form');
  const [own, ...others] = rwset.filter(isWritten);
  if (own?.namespace !== CHECKING || others.length > 0) {
    throw refusal('SEAL_WRITES', `it writes in other namespaces than ${CHECKING}`);
  }
  const { metadataWrites, collections, writes } = own;
  if (metadataWrites.length > 0 || isWritten({ ...own, writes: [], metadataWrites: [] })) {
    throw refusal('SEAL_WRITES', 'it writes metadata or private data', { collections: collections.length });
  }
  return writes;
}

function headersIn(writes: readonly KeyWrite[]): Uint8Array[] {
  const headers = writes.flatMap(({ key, value }) => {
    const checkNum = readHeaderKey(key);
    if (checkNum === null) return [];
    if (value.length !== CHECKING_HEADER_BYTES || checkNumOf(value) !== checkNum) {
      throw refusal('SEAL_WRITES', 'what it writes as a header is none of that cycle', { key });
    }
    return [value];
  });
  if (headers.length > 0 && headers.length <= MAX_SEAL_HEADERS) return headers;
  throw refusal('SEAL_WRITES', `it writes not 1 to ${MAX_SEAL_HEADERS} headers`, { headers: headers.length });
}

/** Throws `RULES` for a header of other rules: that says nothing against it. */
function checkNumOf(header: Uint8Array): bigint | null {
  try {
    return decodeCheckingHeader(header).checkNum;
  } catch (error) {
    if (!isCotraceError(error) || error.code === 'RULES') throw error;
    return null;
  }
}

function formed<T>(read: () => T): T {
  try {
    return read();
  } catch (cause) {
    if (!isCotraceError(cause)) throw cause;
    throw new CotraceError('SEAL_FORM', `not a seal: ${cause.message}`, cause.detail, cause);
  }
}

function refusal(code: ErrorCode, message: string, detail: ErrorDetail = {}): CotraceError {
  return new CotraceError(code, `not a seal: ${message}`, detail);
}
