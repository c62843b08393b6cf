import { create } from '@bufbuild/protobuf';
import {
  common,
  decode,
  encodePayload,
  encodeTransaction,
  gateway,
  peer,
  withoutTransient,
} from '@cotrace/fabric-model';
import { status } from '@grpc/grpc-js';
import { messageOf, RpcError, type EndpointError } from '../rpc/rpc-error.js';
import { endorsersOf, type GatewayContext } from './context.js';
import { EndorsementPlan, endorserError, type GatewayEndorser } from './plan.js';
import { responseStatus } from './response-status.js';

interface ProposalParts {
  readonly signed: peer.SignedProposal;
  readonly header: common.Header;
  readonly payload: peer.ChaincodeProposalPayload;
  readonly channelId: string;
  readonly chaincode: string;
  readonly hasTransient: boolean;
}

function readProposal(request: gateway.EndorseRequest): ProposalParts {
  const signed = request.proposedTransaction;
  if (signed === undefined || signed.proposalBytes.length === 0) {
    const message = 'the proposed transaction must contain a signed proposal';
    throw new RpcError(status.INVALID_ARGUMENT, message);
  }
  try {
    const proposal = decode(peer.ProposalSchema, signed.proposalBytes);
    const header = decode(common.HeaderSchema, proposal.header);
    const channelHeader = decode(common.ChannelHeaderSchema, header.channelHeader);
    const payload = decode(peer.ChaincodeProposalPayloadSchema, proposal.payload);
    const spec = decode(peer.ChaincodeInvocationSpecSchema, payload.input).chaincodeSpec;
    return {
      signed,
      header,
      payload,
      channelId: channelHeader.channelId,
      chaincode: spec?.chaincodeId?.name ?? '',
      hasTransient: Object.keys(payload.TransientMap).length > 0,
    };
  } catch (cause) {
    throw new RpcError(status.INVALID_ARGUMENT, messageOf(cause), [], cause);
  }
}

/**
 * Collects the endorsements that a proposal needs and makes the transaction, for the client to sign
 * (`Endorse` of internal/pkg/gateway/endorse.go). Throws `RpcError`.
 */
export async function endorse(
  context: GatewayContext,
  request: gateway.EndorseRequest,
): Promise<gateway.EndorseResponse> {
  const parts = readProposal(request);
  const plan =
    request.endorsingOrganizations.length > 0
      ? planForOrganizations(context, parts, request.endorsingOrganizations)
      : await planFromFirstEndorser(context, parts);
  await completePlan(plan, parts.signed);
  const { result } = plan;
  if (result === null) {
    const message = 'failed to collect enough transaction endorsements, see attached details for more info';
    throw new RpcError(status.ABORTED, message, plan.errors);
  }
  const preparedTransaction = prepareTransaction(parts, result.payload, result.endorsements);
  return create(gateway.EndorseResponseSchema, { preparedTransaction });
}

function planForOrganizations(
  context: GatewayContext,
  { channelId, chaincode }: ProposalParts,
  mspIds: readonly string[],
): EndorsementPlan {
  const endorsers = endorsersOf(context, channelId, chaincode, mspIds);
  const missing = mspIds.filter((mspId) => !endorsers.some((endorser) => endorser.mspId === mspId));
  if (missing.length > 0) {
    const message = `failed to find any endorsing peers for org(s): ${missing.join(', ')}`;
    throw new RpcError(status.UNAVAILABLE, message);
  }
  return new EndorsementPlan([mspIds], endorsers);
}

/** The first endorsement says which chaincodes are touched, and so which policies decide who else is asked. */
async function planFromFirstEndorser(
  context: GatewayContext,
  parts: ProposalParts,
): Promise<EndorsementPlan> {
  const ownCall = create(peer.ChaincodeCallSchema, { name: parts.chaincode });
  const first = firstEndorsers(context, parts, ownCall);
  const { endorser, response } = await firstResponse(first, parts.signed);
  const calls = response.interest?.chaincodes ?? [];
  const layouts = layoutsFor(context, parts.channelId, calls.length > 0 ? calls : [ownCall], endorser.mspId);
  const plan = new EndorsementPlan(layouts, context.endorsers);
  plan.accept(endorser, response);
  return plan;
}

function firstEndorsers(
  context: GatewayContext,
  { channelId, chaincode, hasTransient }: ProposalParts,
  ownCall: peer.ChaincodeCall,
): GatewayEndorser[] {
  const local = endorsersOf(context, channelId, chaincode, [context.local.mspId]);
  if (local.length > 0) return local;
  if (hasTransient) {
    const message =
      "no endorsers found in the gateway's organization; " +
      'retry specifying endorsing organization(s) to protect transient data';
    throw new RpcError(status.FAILED_PRECONDITION, message);
  }
  const [layout = []] = layoutsFor(context, channelId, [ownCall], context.local.mspId);
  return endorsersOf(context, channelId, chaincode, layout);
}

async function firstResponse(
  endorsers: readonly GatewayEndorser[],
  signed: peer.SignedProposal,
): Promise<{ endorser: GatewayEndorser; response: peer.ProposalResponse }> {
  const errors: EndpointError[] = [];
  // Fabric tries other peers of the same organisation, of which there are none here, and no other organisation.
  for (const endorser of endorsers.slice(0, 1)) {
    const outcome = await endorser.process(signed);
    const { code, message } = responseStatus(outcome);
    if (code === status.OK && outcome.kind === 'answered') return { endorser, response: outcome.response };
    errors.push(endorserError(endorser, message));
  }
  const message = 'failed to endorse transaction, see attached details for more info';
  throw new RpcError(status.ABORTED, message, errors);
}

/** Layouts in random order, those with the preferred organisation first, so that load spreads over all peers. */
function layoutsFor(
  context: GatewayContext,
  channelId: string,
  calls: readonly peer.ChaincodeCall[],
  preferred: string,
): string[][] {
  try {
    const shuffled = context
      .layouts(channelId, calls)
      .map((layout) => ({ layout, order: Math.random() + (layout.includes(preferred) ? 0 : 1) }))
      .sort((a, b) => a.order - b.order);
    return shuffled.map(({ layout }) => layout);
  } catch (cause) {
    throw new RpcError(status.FAILED_PRECONDITION, messageOf(cause), [], cause);
  }
}

async function completePlan(plan: EndorsementPlan, signed: peer.SignedProposal): Promise<void> {
  while (plan.result === null) {
    const endorsers = plan.next();
    if (endorsers === null) return;
    const failed = await Promise.all(
      endorsers.map(async (endorser) =>
        (await askEndorser(plan, endorser, signed)) ? [] : [endorser.mspId],
      ),
    );
    plan.abandon(failed.flat());
  }
}

async function askEndorser(
  plan: EndorsementPlan,
  endorser: GatewayEndorser,
  signed: peer.SignedProposal,
): Promise<boolean> {
  const outcome = await endorser.process(signed);
  const { code, message } = responseStatus(outcome);
  if (code === status.OK && outcome.kind === 'answered') return plan.accept(endorser, outcome.response);
  plan.fail(endorser, message);
  return false;
}

/** The transaction around an endorsed proposal, unsigned, without transient data. */
export function prepareTransaction(
  { header, payload }: { readonly header: common.Header; readonly payload: peer.ChaincodeProposalPayload },
  responsePayload: Uint8Array,
  endorsements: readonly peer.Endorsement[],
): common.Envelope {
  const { channelHeader, signatureHeader } = header;
  const chaincodeProposalPayload = withoutTransient(payload);
  const data = encodeTransaction({
    signatureHeader,
    chaincodeProposalPayload,
    responsePayload,
    endorsements,
  });
  return create(common.EnvelopeSchema, { payload: encodePayload(channelHeader, signatureHeader, data) });
}
