import { randomBytes } from 'node:crypto';
import { create, toBinary } from '@bufbuild/protobuf';
import { concat, utf8 } from '@cotrace/core';
import {
  common,
  computeTxId,
  decode,
  encodeChannelHeader,
  encodeEnvelope,
  encodePayload,
  encodeProposalPayload,
  encodeSignatureHeader,
  encodeTransaction,
  orderer,
  peer,
  withoutTransient,
} from '@cotrace/fabric-model';
import type { SigningIdentity } from '@cotrace/network';
import type { Call } from './script.js';

const NONCE_LENGTH = 24;
const NONE = new Uint8Array();
/** When all proposals of this process claim to be made: peers refuse what is off by more than 15 minutes. */
const SECONDS = BigInt(Math.floor(Date.now() / 1000));

/** Time of the `ordinal`-th proposal, as contracts write it down. */
export function timeOf(ordinal: number): string {
  return `${String(SECONDS)}.${ordinal}`;
}

/** A proposal in parts that can be altered before it is signed. */
export interface ProposalParts {
  readonly creator: SigningIdentity;
  readonly channelHeader: common.ChannelHeader;
  readonly signatureHeader: common.SignatureHeader;
  payload: Uint8Array;
}

/** An endorsed transaction in parts that can be altered before it is signed. */
export interface TransactionParts extends ProposalParts {
  /** Signature header of the action. */
  actionHeader: Uint8Array;
  responsePayload: Uint8Array;
  endorsements: { endorser: Uint8Array; signature: Uint8Array }[];
  /** Serialized `Transaction` in place of that of the parts above. */
  data?: Uint8Array;
  /** What follows the fields of the payload, before it is signed, and those of the envelope. */
  appended?: { readonly payload?: Uint8Array; readonly envelope?: Uint8Array };
  sign: (payload: Uint8Array) => Uint8Array;
}

/** Arguments of a call: the function of the contract first. */
export function argumentsOf({ operations, answer, args }: Call): Uint8Array[] {
  const texts = args ?? [
    'run',
    JSON.stringify(operations),
    ...(answer ? [String(answer[0]), answer[1]] : []),
  ];
  return texts.map(utf8);
}

/** The proposal of a call, made so many nanoseconds after a fixed moment. */
export function proposalParts(call: Call, creator: SigningIdentity, ordinal: number): ProposalParts {
  const nonce = new Uint8Array(randomBytes(NONCE_LENGTH));
  const extension = create(peer.ChaincodeHeaderExtensionSchema, { chaincodeId: { name: call.chaincode } });
  const channelHeader = create(common.ChannelHeaderSchema, {
    type: common.HeaderType.ENDORSER_TRANSACTION,
    channelId: call.channel,
    txId: computeTxId(nonce, creator.serialized),
    timestamp: { seconds: SECONDS, nanos: ordinal },
    extension: toBinary(peer.ChaincodeHeaderExtensionSchema, extension),
  });
  const transient = Object.fromEntries(
    Object.entries(call.transient ?? {}).map(([name, value]) => [name, utf8(value)]),
  );
  return {
    creator,
    channelHeader,
    signatureHeader: create(common.SignatureHeaderSchema, { creator: creator.serialized, nonce }),
    payload: encodeProposalPayload(call.chaincode, argumentsOf(call), transient),
  };
}

/** The proposal's bytes with the creator's signature. */
export function signProposal({
  creator,
  channelHeader,
  signatureHeader,
  payload,
}: ProposalParts): peer.SignedProposal {
  const header = create(common.HeaderSchema, {
    channelHeader: toBinary(common.ChannelHeaderSchema, channelHeader),
    signatureHeader: toBinary(common.SignatureHeaderSchema, signatureHeader),
  });
  const proposal = create(peer.ProposalSchema, { header: toBinary(common.HeaderSchema, header), payload });
  const proposalBytes = toBinary(peer.ProposalSchema, proposal);
  return create(peer.SignedProposalSchema, { proposalBytes, signature: creator.sign(proposalBytes) });
}

/** The transaction of a proposal that was endorsed. */
export function transactionParts(
  proposal: ProposalParts,
  responses: readonly peer.ProposalResponse[],
): TransactionParts {
  return {
    creator: proposal.creator,
    channelHeader: { ...proposal.channelHeader },
    signatureHeader: { ...proposal.signatureHeader },
    payload: withoutTransient(decode(peer.ChaincodeProposalPayloadSchema, proposal.payload)),
    actionHeader: toBinary(common.SignatureHeaderSchema, proposal.signatureHeader),
    responsePayload: responses[0]?.payload ?? new Uint8Array(),
    endorsements: responses.flatMap(({ endorsement }) =>
      endorsement ? [{ endorser: endorsement.endorser, signature: endorsement.signature }] : [],
    ),
    sign: proposal.creator.sign,
  };
}

/** The envelope of a transaction. */
export function envelopeOf(parts: TransactionParts): Uint8Array {
  const data =
    parts.data ??
    encodeTransaction({
      signatureHeader: parts.actionHeader,
      chaincodeProposalPayload: parts.payload,
      responsePayload: parts.responsePayload,
      endorsements: parts.endorsements,
    });
  const { payload: inPayload = NONE, envelope: inEnvelope = NONE } = parts.appended ?? {};
  const fields = encodePayload(
    toBinary(common.ChannelHeaderSchema, parts.channelHeader),
    toBinary(common.SignatureHeaderSchema, parts.signatureHeader),
    data,
  );
  const payload = concat(fields, inPayload);
  return concat(encodeEnvelope(payload, parts.sign(payload)), inEnvelope);
}

/** The request for blocks of a channel, the last one included. */
export function seekEnvelope(
  user: SigningIdentity,
  channelId: string,
  { from, to }: { readonly from: bigint; readonly to: bigint },
): common.Envelope {
  const at = (blockNum: bigint) =>
    create(orderer.SeekPositionSchema, { Type: { case: 'specified', value: { number: blockNum } } });
  const payload = encodePayload(
    encodeChannelHeader({ type: common.HeaderType.DELIVER_SEEK_INFO, channelId, timestamp: new Date() }),
    encodeSignatureHeader(user.serialized, Uint8Array.of(1)),
    toBinary(orderer.SeekInfoSchema, create(orderer.SeekInfoSchema, { start: at(from), stop: at(to) })),
  );
  return create(common.EnvelopeSchema, { payload, signature: user.sign(payload) });
}
