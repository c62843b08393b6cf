import { MalformedError } from '@cotrace/core';
import type * as common from '../gen/fabric/common_pb.js';
import type * as peer from '../gen/fabric/peer_pb.js';
import { decode } from '../wire/decode.js';
import * as forms from '../wire/forms.js';
import { isOfType, type Envelope } from './envelope.js';
import { decodeRwset, type NamespaceRwset } from './rwset.js';

/** Type of the envelopes of transactions. Written out: the enumeration itself comes with every other one of Fabric. */
const ENDORSER_TRANSACTION = 3 satisfies common.HeaderType.ENDORSER_TRANSACTION;

export interface Endorsement {
  /** Serialized identity of the endorsing peer. */
  readonly endorser: Uint8Array;
  /** Over the response payload's bytes and then the endorser's. */
  readonly signature: Uint8Array;
}

/** An endorsed transaction; byte fields are views of what was received. */
export interface Transaction {
  readonly txId: string;
  /** Chaincode that the endorsers ran: in a valid transaction also the one that the client asked for. */
  readonly chaincode: { readonly name: string; readonly version: string };
  /** Chaincode that the client asked for, of the channel header; null if it names none. */
  readonly invoked: string | null;
  /** What the client called, decoded at the first use. Throws `BAD_PROTOBUF`. */
  readonly input: ChaincodeInput;
  readonly proposalHash: Uint8Array;
  /** What the endorsers signed: a serialized `ProposalResponsePayload`. */
  readonly responsePayloadBytes: Uint8Array;
  readonly endorsements: readonly Endorsement[];
  /** The serialized read-write set. */
  readonly results: Uint8Array;
  /** The read-write set, decoded at the first use. Throws `BAD_PROTOBUF`. */
  readonly rwset: readonly NamespaceRwset[];
  readonly event: peer.ChaincodeEvent | null;
  readonly response: { readonly status: number; readonly message: string; readonly payload: Uint8Array };
  /** The proposal's payload without transient data, as the proposal hash covers it. */
  readonly chaincodeProposalPayload: Uint8Array;
  /** Signature header of the proposal. */
  readonly actionHeader: Uint8Array;
}

/** What the client called. */
export interface ChaincodeInput {
  readonly chaincode: string;
  /** The function's name first. */
  readonly args: readonly Uint8Array[];
  readonly isInit: boolean;
}

/**
 * Transaction of an envelope of type ENDORSER_TRANSACTION. Nothing is verified: see `checkEnvelope`.
 * Throws `NOT_A_TRANSACTION` (another type, not exactly one action, no endorsed action), `BAD_PROTOBUF`.
 */
export function decodeTransaction(envelope: Pick<Envelope, 'channelHeader' | 'data'>): Transaction {
  const { channelHeader, data } = envelope;
  if (!isOfType(envelope, ENDORSER_TRANSACTION)) {
    throw notATransaction(`its type is ${channelHeader.type}`);
  }
  const [action, ...others] = decode(forms.Transaction, data).actions;
  if (action === undefined || others.length > 0) throw notATransaction('it has not exactly one action');
  const payload = decode(forms.ChaincodeActionPayload, action.payload);
  if (payload.action === undefined) throw notATransaction('its action was not endorsed');
  const { proposalResponsePayload, endorsements } = payload.action;
  const { proposalHash, extension } = decode(forms.ProposalResponsePayload, proposalResponsePayload);
  const { results, events, response, chaincodeId } = decode(forms.ChaincodeAction, extension);
  let input: ChaincodeInput | null = null;
  let rwset: NamespaceRwset[] | null = null;
  return {
    txId: channelHeader.txId,
    chaincode: { name: chaincodeId?.name ?? '', version: chaincodeId?.version ?? '' },
    invoked: decode(forms.ChaincodeHeaderExtension, channelHeader.extension).chaincodeId?.name ?? null,
    get input() {
      input ??= decodeInput(payload.chaincodeProposalPayload);
      return input;
    },
    proposalHash,
    responsePayloadBytes: proposalResponsePayload,
    endorsements,
    results,
    get rwset() {
      rwset ??= decodeRwset(results);
      return rwset;
    },
    event: events.length === 0 ? null : decode(forms.ChaincodeEvent, events),
    response: response ?? { status: 0, message: '', payload: new Uint8Array() },
    chaincodeProposalPayload: payload.chaincodeProposalPayload,
    actionHeader: action.header,
  };
}

/** The input in a serialized `ChaincodeProposalPayload`. Throws `BAD_PROTOBUF`. */
export function decodeInput(chaincodeProposalPayload: Uint8Array): ChaincodeInput {
  const { input } = decode(forms.ChaincodeProposalPayload, chaincodeProposalPayload);
  const { chaincodeSpec } = decode(forms.ChaincodeInvocationSpec, input);
  return {
    chaincode: chaincodeSpec?.chaincodeId?.name ?? '',
    args: chaincodeSpec?.input?.args ?? [],
    isInit: chaincodeSpec?.input?.isInit ?? false,
  };
}

function notATransaction(reason: string): MalformedError {
  return new MalformedError('NOT_A_TRANSACTION', `not an endorsed transaction: ${reason}`, {});
}
