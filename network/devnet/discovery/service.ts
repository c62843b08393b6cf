import { create } from '@bufbuild/protobuf';
import { CotraceError, isCotraceError } from '@cotrace/core';
import { decode, discovery, type peer, type SignedData } from '@cotrace/fabric-model';
import type { UntypedServiceImplementation } from '@grpc/grpc-js';
import type { Channel } from '../channel/channel.js';
import { unary } from '../rpc/calls.js';
import { messageOf } from '../rpc/rpc-error.js';
import { LIFECYCLE } from '../system/names.js';
import { channelConfig } from './channel-config.js';
import type { DiscoveryContext } from './context.js';
import { checkCollections, checkInterest, endorsers } from './endorsers.js';
import { membership } from './membership.js';

type Result = discovery.QueryResult['result'];

/** Who may ask about a channel. */
const WRITERS = '/Channel/Application/Writers';

function refused(message: string, cause?: unknown): CotraceError {
  return new CotraceError('DISCOVERY_REFUSED', message, {}, cause);
}

function errorResult(content: string): Result {
  return { case: 'error', value: create(discovery.ErrorSchema, { content }) };
}

/** The discovery service of a peer (discovery/service.go). */
export function discoveryService(context: DiscoveryContext): UntypedServiceImplementation {
  return {
    Discover: unary((request: discovery.SignedRequest) => discover(context, request)),
  };
}

async function discover(
  context: DiscoveryContext,
  { payload, signature }: discovery.SignedRequest,
): Promise<discovery.Response> {
  const { authentication, queries } = readRequest(payload);
  if (authentication === undefined) throw refused('access denied, no authentication info in request');
  const identity = authentication.clientIdentity;
  if (identity.length === 0) throw refused("access denied, client identity wasn't supplied");
  const signed = { identity, data: payload, signature };
  const results: discovery.QueryResult[] = [];
  for (const query of queries) {
    const result = await answer(context, query, signed);
    results.push(create(discovery.QueryResultSchema, { result }));
  }
  return create(discovery.ResponseSchema, { results });
}

function readRequest(payload: Uint8Array): discovery.Request {
  try {
    return decode(discovery.RequestSchema, payload);
  } catch (cause) {
    throw refused(`failed parsing request: ${messageOf(cause)}`, cause);
  }
}

/** Never says why access is denied: a stranger is not to learn even which channels there are. */
async function answer(
  context: DiscoveryContext,
  { channel: channelId, query }: discovery.Query,
  signed: SignedData,
): Promise<Result> {
  const channel = channelId === '' ? null : context.channel(channelId);
  try {
    if (channelId === '') context.checkLocalAdministrator(signed);
    else if (channel === null) return errorResult('access denied');
    else channel.access.checkPolicy(WRITERS, signed);
  } catch (error) {
    if (!isCotraceError(error)) throw error;
    return errorResult('access denied');
  }
  try {
    return channel === null
      ? await answerLocal(context, query)
      : await answerOfChannel(context, channel, query);
  } catch (error) {
    if (!isCotraceError(error)) throw error;
    return errorResult(error.message);
  }
}

async function answerLocal(context: DiscoveryContext, query: discovery.Query['query']): Promise<Result> {
  if (query.case !== 'localPeers') return errorResult('unknown or missing request type');
  return { case: 'members', value: await membership(context) };
}

async function answerOfChannel(
  context: DiscoveryContext,
  channel: Channel,
  query: discovery.Query['query'],
): Promise<Result> {
  switch (query.case) {
    case 'configQuery':
      return { case: 'configResult', value: channelConfig(channel, context.ordererAddress) };
    case 'peerQuery':
      return { case: 'members', value: await members(context, channel, query.value.filter) };
    case 'ccQuery':
      return { case: 'ccQueryRes', value: await chaincodeQuery(context, channel, query.value.interests) };
    default:
      return errorResult('unknown or missing request type');
  }
}

async function members(
  context: DiscoveryContext,
  channel: Channel,
  filter?: peer.ChaincodeInterest,
): Promise<discovery.PeerMembershipResult> {
  const names = (filter?.chaincodes ?? []).map(({ name }) => name);
  const unknown = names.find((name) => name !== LIFECYCLE && channel.ledger.definition(name) === null);
  if (unknown === undefined) {
    checkCollections(filter?.chaincodes ?? []);
    return membership(context, channel, names);
  }
  throw refused(`No metadata was found for chaincode ${unknown} in channel ${channel.id}`);
}

async function chaincodeQuery(
  context: DiscoveryContext,
  channel: Channel,
  interests: readonly peer.ChaincodeInterest[],
): Promise<discovery.ChaincodeQueryResult> {
  if (interests.length === 0) throw refused('chaincode query must have at least one chaincode interest');
  interests.forEach(checkInterest);
  const content: discovery.EndorsementDescriptor[] = [];
  for (const interest of interests) {
    try {
      content.push(await endorsers(context, channel, interest));
    } catch (cause) {
      if (!isCotraceError(cause)) throw cause;
      const calls = interest.chaincodes.map(({ name }) => `chaincodes:{name:${JSON.stringify(name)}}`);
      throw refused(`failed constructing descriptor for ${calls.join(' ')}`, cause);
    }
  }
  return create(discovery.ChaincodeQueryResultSchema, { content });
}
