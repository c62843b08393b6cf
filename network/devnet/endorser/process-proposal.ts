import { create } from '@bufbuild/protobuf';
import { CotraceError, isCotraceError, toHex } from '@cotrace/core';
import { encodeResponsePayload, endorsedBytes, type MspManager, peer } from '@cotrace/fabric-model';
import { readAnswer } from '../chaincode/stream.js';
import { signedDataOf } from '../chaincode/signed-data.js';
import type { InvokeChaincode } from '../chaincode/transaction.js';
import type { Channel } from '../channel/channel.js';
import type { ProposalOutcome } from '../gateway/response-status.js';
import type { Simulator } from '../ledger/types.js';
import { messageOf } from '../rpc/rpc-error.js';
import { isSystemChaincode, SYSTEM_CHAINCODE_VERSION } from '../system/names.js';
import { invokeSystemChaincode } from '../system/registry.js';
import type { SystemContext } from '../system/system-chaincode.js';
import { endorsementInfo, type FindLocalChaincode } from './endorsement-info.js';
import { chaincodeInterest } from './interest.js';
import { unpackProposal, type UnpackedProposal } from './unpack-proposal.js';
import { validateProposal } from './validate-proposal.js';

const EMPTY = new Uint8Array();
/** From this status on a response is an error, and is not endorsed. */
const ERROR_THRESHOLD = 400;
const ERROR = 500;

/** What an endorser needs of its peer. */
export interface EndorserContext {
  readonly channel: (channelId: string) => Channel | null;
  /** The peer's own organisation, for proposals without a channel. */
  readonly localManager: MspManager;
  readonly system: SystemContext;
  readonly invoke: InvokeChaincode;
  readonly findChaincode: FindLocalChaincode;
  /** The peer's identity, that endorses. */
  readonly signer: { readonly serialized: Uint8Array; sign(message: Uint8Array): Uint8Array };
  readonly now: () => number;
}

interface Simulation {
  readonly response: peer.Response;
  readonly event: peer.ChaincodeEvent | null;
  readonly results: Uint8Array | null;
  readonly interest: peer.ChaincodeInterest | null;
  readonly version: string;
}

function failed(message: string): ProposalOutcome {
  const response = create(peer.ProposalResponseSchema, { response: { status: ERROR, message } });
  return { kind: 'answered', response };
}

/**
 * Simulates a proposal and endorses its result (`ProcessProposal` of core/endorser/endorser.go). Never throws:
 * a bad proposal is `refused`, everything that goes wrong later is a response of status 500 without payload.
 */
export async function processProposal(
  context: EndorserContext,
  signed: peer.SignedProposal,
): Promise<ProposalOutcome> {
  let proposal: UnpackedProposal;
  let channel: Channel | null = null;
  try {
    proposal = unpackProposal(signed);
    const { channelId } = proposal.channelHeader;
    channel = context.channel(channelId);
    if (channel === null && channelId !== '') return failed(`channel '${channelId}' not found`);
    checkProposal(context, proposal, channel);
  } catch (error) {
    // The filter before Fabric's endorser answers nothing at all to an identity that has expired.
    const kind = isCotraceError(error, 'CLIENT_EXPIRED') ? 'unavailable' : 'refused';
    return { kind, message: messageOf(error) };
  }
  try {
    return {
      kind: 'answered',
      response: respond(context, proposal, await simulate(context, proposal, channel)),
    };
  } catch (error) {
    return failed(messageOf(error));
  }
}

function checkProposal(context: EndorserContext, proposal: UnpackedProposal, channel: Channel | null): void {
  const { channelHeader, signatureHeader, signed, chaincodeName } = proposal;
  try {
    validateProposal(proposal, channel?.ledger.manager ?? context.localManager);
  } catch (cause) {
    throw new CotraceError('PROPOSAL_REFUSED', `error validating proposal: ${messageOf(cause)}`, {}, cause);
  }
  if (channel === null) return;
  const expiresAt = channel.access.expiresAt(signatureHeader.creator);
  if (expiresAt !== null && context.now() >= expiresAt.getTime()) {
    throw new CotraceError('CLIENT_EXPIRED', 'proposal client identity expired');
  }
  const { txId } = channelHeader;
  if (channel.ledger.transaction(txId) !== null) {
    const creator = toHex(signatureHeader.creator);
    throw new CotraceError('PROPOSAL_REFUSED', `duplicate transaction found [${txId}]. Creator [${creator}]`);
  }
  if (!isSystemChaincode(chaincodeName)) channel.access.check('peer/Propose', signedDataOf(signed));
}

/** The block and configuration queries read no state; everything else of a channel gets a simulator. */
function needsSimulator(chaincodeName: string): boolean {
  return chaincodeName !== 'qscc' && chaincodeName !== 'cscc';
}

async function simulate(
  context: EndorserContext,
  proposal: UnpackedProposal,
  channel: Channel | null,
): Promise<Simulation> {
  const { channelHeader, chaincodeName } = proposal;
  const simulator = needsSimulator(chaincodeName) ? channel?.ledger.simulator(channelHeader.txId) : null;
  try {
    const version = findVersion(context, proposal, channel, simulator ?? null);
    try {
      const { response, event } = await run(context, proposal, simulator ?? null);
      const isError = response.status >= ERROR_THRESHOLD;
      const privateWrites = isError ? null : (simulator?.privateResults() ?? null);
      if (privateWrites !== null) await channel?.ledger.keepPrivate(channelHeader.txId, privateWrites);
      return { response, event: isError ? null : event, ...resultsOf(simulator ?? null), version };
    } catch (cause) {
      throw new CotraceError('SIMULATION_FAILED', `error in simulation: ${messageOf(cause)}`, {}, cause);
    }
  } finally {
    await simulator?.close();
  }
}

/** Results and interest. What is read once the results are taken is recorded no more. */
function resultsOf(simulator: Simulator | null): Pick<Simulation, 'results' | 'interest'> {
  if (simulator === null) return { results: null, interest: null };
  const results = simulator.results();
  const interest = chaincodeInterest(results, (namespace, key) => simulator.getMetadata(namespace, key));
  return { results, interest };
}

function findVersion(
  { findChaincode }: EndorserContext,
  { channelHeader: { channelId }, chaincodeName }: UnpackedProposal,
  channel: Channel | null,
  simulator: Simulator | null,
): string {
  if (isSystemChaincode(chaincodeName)) return SYSTEM_CHAINCODE_VERSION;
  try {
    if (simulator === null) {
      throw new CotraceError('NO_CHANNEL', `could not get channel config for channel '${channelId}'`);
    }
    const { definition } = endorsementInfo(channel?.ledger ?? null, chaincodeName, simulator, findChaincode);
    return definition.version;
  } catch (cause) {
    const advice = `make sure the chaincode ${chaincodeName} has been successfully defined on channel ${channelId}`;
    throw new CotraceError('NOT_DEFINED', `${advice} and try again: ${messageOf(cause)}`, {}, cause);
  }
}

async function run(
  context: EndorserContext,
  proposal: UnpackedProposal,
  simulator: Simulator | null,
): Promise<{ response: peer.Response; event: peer.ChaincodeEvent | null }> {
  const { channelHeader, chaincodeName, input, signed } = proposal;
  const { channelId, txId } = channelHeader;
  const invocation = { channelId, txId, invokedName: chaincodeName };
  if (isSystemChaincode(chaincodeName)) {
    const query = { ...invocation, simulator, signed: signedDataOf(signed) };
    const response = await invokeSystemChaincode(context.system, chaincodeName, query, input.args);
    return { response, event: null };
  }
  if (simulator === null) throw new CotraceError('NO_CHANNEL', 'no ledger context');
  const execute = (): ReturnType<InvokeChaincode> =>
    context.invoke({ ...invocation, simulator, proposal: signed }, chaincodeName, input);
  try {
    return readAnswer(await execute(), chaincodeName, txId);
  } catch (cause) {
    if (isCotraceError(cause, 'TRANSACTION_FAILED')) throw cause;
    throw new CotraceError(
      'EXECUTE_FAILED',
      `failed to execute transaction ${txId}: ${messageOf(cause)}`,
      {},
      cause,
    );
  }
}

function respond(
  context: EndorserContext,
  proposal: UnpackedProposal,
  simulation: Simulation,
): peer.ProposalResponse {
  const { response, event, results, interest, version } = simulation;
  const payload = encodeResponsePayload({
    proposalHash: proposal.proposalHash,
    chaincode: { name: proposal.chaincodeName, version },
    results: results ?? EMPTY,
    response,
    ...(event && { event: { name: event.eventName, txId: event.txId, payload: event.payload } }),
  });
  if (response.status >= ERROR) {
    return create(peer.ProposalResponseSchema, { response, payload, ...(interest && { interest }) });
  }
  // Below 500 an error goes back without the payload that could make a transaction of it.
  if (proposal.channelHeader.channelId === '' || response.status >= ERROR_THRESHOLD) {
    return create(peer.ProposalResponseSchema, { response });
  }
  const endorser = context.signer.serialized;
  return create(peer.ProposalResponseSchema, {
    version: 1,
    response,
    payload,
    endorsement: { endorser, signature: context.signer.sign(endorsedBytes(payload, endorser)) },
    ...(interest && { interest }),
  });
}
