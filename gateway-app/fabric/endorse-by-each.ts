import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { CotraceError, equalBytes, isCotraceError } from '@cotrace/core';
import { common, endorsedPayload, gateway as messages, type EndorsedPayload } from '@cotrace/fabric-model';
import { GatewayError, type Gateway, type Network, type Transaction } from '@hyperledger/fabric-gateway';
import { ENDORSER_MS, MAX_REFUSAL_TEXT } from '../node/limits.js';

/** A call of a function of a chaincode, and who is to endorse it. */
export interface CallByEach {
  readonly chaincode: string;
  readonly name: string;
  readonly args: readonly Uint8Array[];
  /** MSP ids, the own first: whose endorsement is the measure. */
  readonly organisations: readonly string[];
  /** How many of them are enough. */
  readonly enough: number;
}

/** What an organisation answered that did not endorse. */
export interface NotEndorsed {
  readonly mspId: string;
  /** The text of its chaincode or peer, cut; for people, and for `decodeRefusal`. */
  readonly text: string;
}

/** A transaction with as many endorsements as are enough. */
export interface EndorsedByEach {
  readonly transaction: Transaction;
  /** MSP ids of those that it has. */
  readonly endorsers: readonly string[];
  /** MSP ids of those that endorsed something else than the first. */
  readonly odd: readonly string[];
  readonly refused: readonly NotEndorsed[];
}

interface Answer {
  readonly mspId: string;
  readonly prepared: messages.PreparedTransaction;
  readonly payload: EndorsedPayload;
}

/**
 * Has a call endorsed by each organisation by itself, and puts the endorsements of those that agree with the first into one
 * transaction, of at most `enough` of them. Asked together, as a gateway does, one that answers other bytes or hangs fails the
 * call for all and is not even named. Throws `NOT_ENDORSED` with what the others said where fewer agree, or the first does not.
 */
export async function endorseByEach(gateway: Gateway, network: Network, call: CallByEach): Promise<EndorsedByEach> {
  const { organisations, enough, name, args } = call;
  const proposal = network.getContract(call.chaincode).newProposal(name, { arguments: [...args] });
  const bytes = proposal.getBytes();
  const answers = await Promise.all(organisations.map((mspId) => answerOf(gateway, bytes, mspId)));
  const endorsed = answers.filter((answer) => 'payload' in answer);
  const refused = answers.filter((answer) => 'text' in answer);
  const [first] = endorsed;
  const isLikeFirst = ({ payload }: Answer): boolean =>
    first !== undefined && equalBytes(payload.responsePayload, first.payload.responsePayload);
  const agreeing = endorsed.filter(isLikeFirst).slice(0, enough);
  const odd = endorsed.filter((answer) => !isLikeFirst(answer)).map(({ mspId }) => mspId);
  if (first === undefined || first.mspId !== organisations[0] || agreeing.length < enough) {
    throw notEndorsed(call, agreeing, odd, refused);
  }
  const endorsements = agreeing.flatMap(({ payload }) => payload.endorsements);
  const payload = first.payload.withEndorsements(endorsements);
  const envelope = create(common.EnvelopeSchema, { payload });
  const prepared = create(messages.PreparedTransactionSchema, { ...first.prepared, envelope });
  return {
    transaction: gateway.newTransaction(toBinary(messages.PreparedTransactionSchema, prepared)),
    endorsers: agreeing.map(({ mspId }) => mspId),
    odd,
    refused,
  };
}

async function answerOf(gateway: Gateway, proposal: Uint8Array, mspId: string): Promise<Answer | NotEndorsed> {
  const proposed = fromBinary(messages.ProposedTransactionSchema, proposal);
  const asked = create(messages.ProposedTransactionSchema, { ...proposed, endorsingOrganizations: [mspId] });
  try {
    const transaction = await gateway
      .newProposal(toBinary(messages.ProposedTransactionSchema, asked))
      .endorse({ deadline: Date.now() + ENDORSER_MS });
    const prepared = fromBinary(messages.PreparedTransactionSchema, transaction.getBytes());
    const payload = prepared.envelope === undefined ? null : endorsedPayload(prepared.envelope.payload);
    return payload === null ? { mspId, text: 'its answer is no transaction' } : { mspId, prepared, payload };
  } catch (error) {
    if (!(error instanceof GatewayError) && !isCotraceError(error)) throw error;
    return { mspId, text: textOf(error).slice(0, MAX_REFUSAL_TEXT) };
  }
}

/** What stands behind an error of a gateway: the answer of the one organisation that was asked. */
function textOf(error: Error): string {
  if (!(error instanceof GatewayError)) return error.message;
  const [detail] = error.details;
  return detail?.message ?? error.cause.details;
}

function notEndorsed(
  { chaincode, name, enough }: CallByEach,
  agreeing: readonly Answer[],
  odd: readonly string[],
  refused: readonly NotEndorsed[],
): CotraceError {
  const said = refused.map(({ mspId, text }) => `${mspId}: ${text}`);
  const others = odd.map((mspId) => `${mspId} endorsed something else`);
  return new CotraceError(
    'NOT_ENDORSED',
    `${agreeing.length} of ${enough} organisations endorsed ${name} of ${chaincode}: ${[...others, ...said].join('; ')}`,
    { endorsed: agreeing.map(({ mspId }) => mspId), odd, refused },
  );
}
