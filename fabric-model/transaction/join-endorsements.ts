import { create, toBinary } from '@bufbuild/protobuf';
import * as common from '../gen/fabric/common_pb.js';
import * as peer from '../gen/fabric/peer_pb.js';
import { decode } from '../wire/decode.js';

/** The payload of a transaction that is not signed yet, taken apart. */
export interface EndorsedPayload {
  /** What the endorsers signed: a serialized `ProposalResponsePayload`. */
  readonly responsePayload: Uint8Array;
  readonly endorsements: readonly peer.Endorsement[];
  /** The same transaction, every byte of it, with these endorsements. */
  readonly withEndorsements: (endorsements: readonly peer.Endorsement[]) => Uint8Array;
}

/**
 * Takes apart the serialized `Payload` of a transaction with one action, so that endorsements of one proposal that came one by
 * one can be put into one transaction. Null where it is not one; what is in it is not verified. Throws `BAD_PROTOBUF`.
 */
export function endorsedPayload(bytes: Uint8Array): EndorsedPayload | null {
  const payload = decode(common.PayloadSchema, bytes);
  const transaction = decode(peer.TransactionSchema, payload.data);
  const [action, ...others] = transaction.actions;
  if (action === undefined || others.length > 0) return null;
  const actionPayload = decode(peer.ChaincodeActionPayloadSchema, action.payload);
  const endorsed = actionPayload.action;
  if (endorsed === undefined) return null;
  return {
    responsePayload: endorsed.proposalResponsePayload,
    endorsements: endorsed.endorsements,
    withEndorsements: (endorsements) => {
      const joined = create(peer.ChaincodeActionPayloadSchema, {
        ...actionPayload,
        action: { ...endorsed, endorsements: [...endorsements] },
      });
      const actions = [{ ...action, payload: toBinary(peer.ChaincodeActionPayloadSchema, joined) }];
      const data = toBinary(peer.TransactionSchema, create(peer.TransactionSchema, { actions }));
      return toBinary(common.PayloadSchema, create(common.PayloadSchema, { ...payload, data }));
    },
  };
}
