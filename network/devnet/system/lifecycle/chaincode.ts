import { create } from '@bufbuild/protobuf';
import { isCotraceError } from '@cotrace/core';
import { peer, type SignedData } from '@cotrace/fabric-model';
import { messageOf } from '../../rpc/rpc-error.js';
import {
  failure,
  success,
  text,
  type SystemChaincode,
  type SystemContext,
  type SystemInvocation,
} from '../system-chaincode.js';
import { approve, queryAllApproved, queryApproved } from './approve.js';
import { refused, type LifecycleFunction } from './call.js';
import { checkReadiness, commit, queryDefinition, queryDefinitions } from './commit.js';
import { getPackage, install, queryAllInstalled, queryInstalled, type InstallFunction } from './install.js';

/** Functions about the peer itself: for the administrators of its organisation, with or without a channel. */
const OF_PEER: ReadonlyMap<string, InstallFunction> = new Map([
  ['InstallChaincode', install],
  ['QueryInstalledChaincode', queryInstalled],
  ['QueryInstalledChaincodes', queryAllInstalled],
  ['GetInstalledChaincodePackage', getPackage],
]);

/** Functions about the approvals of the peer's organisation in a channel: for its administrators. */
const OF_ORGANISATION: ReadonlyMap<string, LifecycleFunction> = new Map([
  ['ApproveChaincodeDefinitionForMyOrg', approve],
  ['QueryApprovedChaincodeDefinition', queryApproved],
  ['QueryApprovedChaincodeDefinitions', queryAllApproved],
]);

/** Functions about the definitions of a channel: for whom the channel's access list says. */
const OF_CHANNEL: ReadonlyMap<string, LifecycleFunction> = new Map([
  ['CheckCommitReadiness', checkReadiness],
  ['CommitChaincodeDefinition', commit],
  ['QueryChaincodeDefinition', queryDefinition],
  ['QueryChaincodeDefinitions', queryDefinitions],
]);

/** Chaincode packages of a peer, and chaincode definitions of a channel (core/chaincode/lifecycle/scc.go). */
export const lifecycleChaincode: SystemChaincode = async (
  context,
  invocation,
  args,
): Promise<peer.Response> => {
  if (args.length === 0) return failure('lifecycle scc must be invoked with arguments');
  if (args.length !== 2) {
    return failure(`lifecycle scc operations require exactly two arguments but received ${args.length}`);
  }
  const name = text(args[0]);
  const { channelId, signed } = invocation;
  if (channelId !== '' && context.channel(channelId) === null) {
    return failure(`could not get channelconfig for channel '${channelId}'`);
  }
  try {
    checkAccess(context, name, channelId, signed);
  } catch (error) {
    return failure(`Failed to authorize invocation due to failed ACL check: ${messageOf(error)}`);
  }
  try {
    return success(await run(context, invocation, name, args[1] ?? new Uint8Array()));
  } catch (error) {
    if (isCotraceError(error, 'NAMESPACE_NOT_DEFINED')) {
      return create(peer.ResponseSchema, { status: 404, message: error.message });
    }
    return failure(`failed to invoke backing implementation of '${name}': ${messageOf(error)}`);
  }
};

function checkAccess(context: SystemContext, name: string, channelId: string, signed: SignedData): void {
  if (OF_PEER.has(name) || OF_ORGANISATION.has(name)) {
    context.checkLocal('Admins', signed);
    return;
  }
  const channel = context.channel(channelId);
  if (channel === null) throw refused(`${name} needs a channel`);
  channel.access.check(`_lifecycle/${name}`, signed);
}

async function run(
  context: SystemContext,
  { channelId, simulator }: SystemInvocation,
  name: string,
  args: Uint8Array,
): Promise<Uint8Array> {
  const ofPeer = OF_PEER.get(name);
  if (ofPeer !== undefined) return ofPeer(context, args);
  const ofChannel = OF_ORGANISATION.get(name) ?? OF_CHANNEL.get(name);
  const channel = context.channel(channelId);
  if (ofChannel === undefined || channel === null || simulator === null) {
    throw refused(`no application config for channel '${channelId}'`);
  }
  return ofChannel({ context, channel, simulator }, args);
}
