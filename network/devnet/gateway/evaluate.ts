import { create } from '@bufbuild/protobuf';
import { CotraceError } from '@cotrace/core';
import { common, decode, gateway, peer } from '@cotrace/fabric-model';
import { status } from '@grpc/grpc-js';
import { messageOf, RpcError, type EndpointError } from '../rpc/rpc-error.js';
import { endorsersOf, type GatewayContext } from './context.js';
import { endorserError, type GatewayEndorser } from './plan.js';
import { responseStatus } from './response-status.js';

interface Target {
  readonly channelId: string;
  readonly chaincode: string;
  readonly hasTransient: boolean;
}

function fail(message: string): never {
  throw new CotraceError('BAD_PROPOSAL', message);
}

function readTarget(signed?: peer.SignedProposal): Target {
  if (signed === undefined || signed.proposalBytes.length === 0) fail('a signed proposal is required');
  const proposal = decode(peer.ProposalSchema, signed.proposalBytes);
  const header = decode(common.HeaderSchema, proposal.header);
  const { channelId } = decode(common.ChannelHeaderSchema, header.channelHeader);
  const payload = decode(peer.ChaincodeProposalPayloadSchema, proposal.payload);
  const { chaincodeSpec } = decode(peer.ChaincodeInvocationSpecSchema, payload.input);
  if (channelId === '') fail('no channel id provided');
  if (chaincodeSpec === undefined) fail(`no chaincode spec is provided, channel id [${channelId}]`);
  const chaincode = chaincodeSpec.chaincodeId;
  if (chaincode === undefined) fail(`no chaincode id is provided, channel id [${channelId}]`);
  if (chaincode.name === '') fail(`no chaincode name is provided, channel id [${channelId}]`);
  return { channelId, chaincode: chaincode.name, hasTransient: Object.keys(payload.TransientMap).length > 0 };
}

function endorsersFor(
  context: GatewayContext,
  { channelId, chaincode, hasTransient }: Target,
  requested: readonly string[],
): GatewayEndorser[] {
  if (context.channel(channelId) === null) {
    const cause = `could not get last config for channel ${channelId}`;
    throw new RpcError(status.UNAVAILABLE, `failed to get config for channel [${channelId}]: ${cause}`);
  }
  const protect = hasTransient && requested.length === 0;
  const endorsers = endorsersOf(context, channelId, chaincode, protect ? [context.local.mspId] : requested);
  if (endorsers.length > 0) return endorsers;
  const reason = `no peers available to evaluate chaincode ${chaincode} in channel ${channelId}`;
  const advice =
    "no endorsers found in the gateway's organization; " +
    'retry specifying target organization(s) to protect transient data';
  throw new RpcError(status.FAILED_PRECONDITION, protect ? `${advice}: ${reason}` : reason);
}

/**
 * Runs a proposal on one peer and gives the chaincode's response (`Evaluate` of
 * internal/pkg/gateway/evaluate.go): on the local peer if it can, on another one if that fails by no fault
 * of proposal or chaincode. Throws `RpcError`.
 */
export async function evaluate(
  context: GatewayContext,
  request: gateway.EvaluateRequest,
): Promise<gateway.EvaluateResponse> {
  const signed = request.proposedTransaction;
  const target = readTargetOrRefuse(signed);
  const errors: EndpointError[] = [];
  let lastCode = status.UNAVAILABLE;
  for (const endorser of endorsersFor(context, target, request.targetOrganizations)) {
    const outcome = await endorser.process(signed ?? create(peer.SignedProposalSchema));
    const { code, message, retry } = responseStatus(outcome);
    if (code === status.OK && outcome.kind === 'answered') {
      return create(gateway.EvaluateResponseSchema, { result: resultOf(outcome.response) });
    }
    errors.push(endorserError(endorser, message));
    lastCode = code;
    if (!retry) throw new RpcError(code, `evaluate call to endorser returned error: ${message}`, errors);
  }
  const message = 'failed to evaluate transaction, see attached details for more info';
  throw new RpcError(lastCode, message, errors);
}

function readTargetOrRefuse(signed?: peer.SignedProposal): Target {
  try {
    return readTarget(signed);
  } catch (cause) {
    const message = `failed to unpack transaction proposal: ${messageOf(cause)}`;
    throw new RpcError(status.INVALID_ARGUMENT, message, [], cause);
  }
}

/** The response, with the payload that was endorsed: the copy beside it is not signed and may be missing. */
function resultOf(response: peer.ProposalResponse): peer.Response {
  const { extension } = decode(peer.ProposalResponsePayloadSchema, response.payload);
  const action = decode(peer.ChaincodeActionSchema, extension);
  const { status: code = 0, message = '' } = response.response ?? {};
  return create(peer.ResponseSchema, {
    status: code,
    message,
    payload: action.response?.payload ?? new Uint8Array(),
  });
}
