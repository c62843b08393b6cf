import { BinaryReader, BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { concat, CotraceError, equalBytes, isCotraceError } from '@cotrace/core';
import {
  decodeEnvelope,
  decodeTransaction,
  encodeEnvelope,
  encodePayload,
  encodeTransaction,
  endorsedBytes,
  type Endorsement,
  type Envelope,
  type MspManager,
  type Transaction as EndorsedTransaction,
} from '@cotrace/fabric-model';
import { status } from '@grpc/grpc-js';
import { GatewayError, type Gateway, type Transaction } from '@hyperledger/fabric-gateway';
import { ENDORSE_EACH_MS, MAX_ERROR_TEXT } from '../node/limits.js';

/** What is to be endorsed: a call of a chaincode on a channel. */
export interface CallToEndorse {
  readonly channel: string;
  readonly chaincode: string;
  readonly name: string;
  readonly arguments: readonly Uint8Array[];
}

/** Who is asked, and how many must agree. */
export interface EachEndorser {
  /** MSP ids, each once: the own organisation, whose peer is connected, first; then in the order of preference. */
  readonly mspIds: readonly string[];
  readonly quorum: number;
  /** The members of the channel: endorsements are checked before they go into a transaction. */
  readonly manager: MspManager;
}

/** An organisation whose endorser refused, or that could not be asked. */
export interface Refusal {
  readonly mspId: string;
  /** Status of the chaincode's response; null where the answer is not a chaincode's. */
  readonly status: number | null;
  readonly text: string;
}

/** What became of a call. */
export interface EndorsedByEach {
  /** To be submitted, with as many endorsements as the quorum; null where fewer agree. */
  readonly transaction: Transaction | null;
  /** Whose endorsements are in it. */
  readonly endorsers: readonly string[];
  /** Who answered otherwise than the own organisation, or with a signature that does not count: `ODD_ENDORSEMENT`. */
  readonly odd: readonly Odd[];
  readonly refused: readonly Refusal[];
  /** Who did not answer in time. */
  readonly silent: readonly string[];
}

type Answer =
  | {
      readonly kind: 'endorsed';
      readonly mspId: string;
      readonly envelope: Envelope;
      readonly action: EndorsedTransaction;
    }
  | ({ readonly kind: 'refused' } & Refusal)
  | { readonly kind: 'silent'; readonly mspId: string }
  | ({ readonly kind: 'odd' } & Odd);

interface Odd {
  readonly mspId: string;
  readonly error: CotraceError;
}

/**
 * Has a call endorsed by each organisation on its own, all at a time, through the own peer's gateway, and makes one transaction of
 * those that answer alike. Asked for all together, a gateway fails as a whole and does not say who was odd, so that one could
 * hold up all. What counts is the answer of the own organisation; where that does not endorse, the one that most give.
 * Nobody is waited for longer than five seconds.
 */
export async function endorseByEach(
  gateway: Gateway,
  call: CallToEndorse,
  { mspIds, quorum, manager }: EachEndorser,
): Promise<EndorsedByEach> {
  const contract = gateway.getNetwork(call.channel).getContract(call.chaincode);
  const proposed = contract.newProposal(call.name, { arguments: [...call.arguments] });
  const txId = proposed.getTransactionId();
  const bytes = proposed.getBytes();
  const answers = await Promise.all(mspIds.map((mspId) => ask(gateway, bytes, mspId)));
  const endorsed = answers.filter((answer) => answer.kind === 'endorsed');
  const payload = agreedPayload(endorsed, mspIds[0] ?? '');
  const judged = endorsed.map((answer) => ({ ...answer, fault: faultOf(answer, payload, manager) }));
  const chosen = judged.filter(({ fault }) => fault === null).slice(0, quorum);
  return {
    transaction: chosen.length < quorum ? null : assemble(gateway, txId, chosen),
    endorsers: chosen.map(({ mspId }) => mspId),
    odd: [
      ...answers.flatMap((answer) =>
        answer.kind === 'odd' ? [{ mspId: answer.mspId, error: answer.error }] : [],
      ),
      ...judged.flatMap(({ mspId, fault }) =>
        fault === null ? [] : [{ mspId, error: oddEndorsement(mspId, fault) }],
      ),
    ],
    refused: answers.flatMap((answer) =>
      answer.kind === 'refused' ? [{ mspId: answer.mspId, status: answer.status, text: answer.text }] : [],
    ),
    silent: answers.flatMap((answer) => (answer.kind === 'silent' ? [answer.mspId] : [])),
  };
}

async function ask(gateway: Gateway, proposed: Uint8Array, mspId: string): Promise<Answer> {
  const proposal = gateway.newProposal(forOrganisation(proposed, mspId));
  try {
    const answer = await proposal.endorse({ deadline: Date.now() + ENDORSE_EACH_MS });
    const envelope = decodeEnvelope(envelopeOf(answer.getBytes()));
    return { kind: 'endorsed', mspId, envelope, action: decodeTransaction(envelope) };
  } catch (error) {
    if (isCotraceError(error)) {
      return { kind: 'odd', mspId, error: oddEndorsement(mspId, 'it cannot be read', error) };
    }
    if (!(error instanceof GatewayError)) throw error;
    if (error.code === NOT_IN_TIME) return { kind: 'silent', mspId };
    const text = (error.details[0]?.message ?? error.cause.details).slice(0, MAX_ERROR_TEXT);
    const [, code] = /^chaincode response (\d{3}), /.exec(text) ?? [];
    return { kind: 'refused', mspId, status: code === undefined ? null : Number(code), text };
  }
}

const NOT_IN_TIME: number = status.DEADLINE_EXCEEDED;

type Endorsed = Extract<Answer, { readonly kind: 'endorsed' }>;

/** The payload that counts: the own organisation's, or the one that most give, the first of those that are as many. */
function agreedPayload(endorsed: readonly Endorsed[], own: string): Uint8Array {
  const ownAnswer = endorsed.find(({ mspId }) => mspId === own);
  const payloads = (ownAnswer === undefined ? endorsed : [ownAnswer]).map(payloadOf);
  const votes = (payload: Uint8Array) =>
    endorsed.filter((answer) => equalBytes(payloadOf(answer), payload)).length;
  const most = Math.max(0, ...payloads.map(votes));
  return payloads.find((payload) => votes(payload) === most) ?? new Uint8Array();
}

const payloadOf = ({ action }: Endorsed): Uint8Array => action.responsePayloadBytes;

/** Why an endorsement does not count; null where it does. */
function faultOf(answer: Endorsed, payload: Uint8Array, manager: MspManager): string | null {
  if (!equalBytes(payloadOf(answer), payload)) return 'it answers otherwise';
  const endorsement = endorsementOf(answer);
  if (endorsement === null) return 'its answer has not exactly one endorsement';
  const { endorser, signature } = endorsement;
  try {
    const identity = manager.deserialize(endorser);
    if (identity.mspId !== answer.mspId || identity.role !== 'peer') return 'it is endorsed by no peer of it';
    if (manager.verify(identity, endorsedBytes(payload, endorser), signature)) return null;
    return 'its signature is wrong';
  } catch (error) {
    if (isCotraceError(error)) return `its endorser is not a member: ${error.code}`;
    throw error;
  }
}

function endorsementOf({ action }: Endorsed): Endorsement | null {
  const [endorsement, ...others] = action.endorsements;
  return endorsement === undefined || others.length > 0 ? null : endorsement;
}

function oddEndorsement(mspId: string, fault: string, cause?: unknown): CotraceError {
  const message = `the endorsement of ${mspId} does not go with the others: ${fault}`;
  return new CotraceError('ODD_ENDORSEMENT', message, { mspId }, cause);
}

/** One transaction, not yet signed, of answers with the same payload. */
function assemble(gateway: Gateway, txId: string, chosen: readonly Endorsed[]): Transaction | null {
  const [first] = chosen;
  if (first === undefined) return null;
  const { envelope, action } = first;
  const data = encodeTransaction({
    signatureHeader: action.actionHeader,
    chaincodeProposalPayload: action.chaincodeProposalPayload,
    responsePayload: action.responsePayloadBytes,
    endorsements: chosen.flatMap((answer) => endorsementOf(answer) ?? []),
  });
  const payload = encodePayload(envelope.channelHeaderBytes, envelope.signatureHeaderBytes, data);
  return gateway.newTransaction(prepared(txId, encodeEnvelope(payload, new Uint8Array())));
}

// What Fabric's SDK hands over between its steps (fabric-protos, gateway/gateway.proto): a ProposedTransaction has the
// organisations that endorse in field 3, a PreparedTransaction its id in field 1 and the envelope in field 2.

function forOrganisation(proposed: Uint8Array, mspId: string): Uint8Array {
  return concat(proposed, new BinaryWriter().tag(3, WireType.LengthDelimited).string(mspId).finish());
}

function prepared(txId: string, envelope: Uint8Array): Uint8Array {
  const writer = new BinaryWriter().tag(1, WireType.LengthDelimited).string(txId);
  return writer.tag(2, WireType.LengthDelimited).bytes(envelope).finish();
}

function envelopeOf(preparedTransaction: Uint8Array): Uint8Array {
  const reader = new BinaryReader(preparedTransaction);
  while (reader.pos < reader.len) {
    const [field, type] = reader.tag();
    if (field === 2) return reader.bytes();
    reader.skip(type, field);
  }
  throw new CotraceError('BAD_TRANSACTION', 'the gateway made no transaction');
}
