import type {
  Consortium,
  ConsortiumChannel,
  ConsortiumNode,
  ConsortiumOrganisation,
  NodeRole,
} from './consortium.js';
import type { Shape, TextRule } from '@cotrace/core';
import { checkingTimesOf } from '@cotrace/network';
import { ADDRESS } from '../settings/address.js';
import { twiceIn } from './twice.js';
import { MAX_CLIENTS, MAX_DOMAINS, MAX_HEIGHT, MAX_ORGANISATIONS, NAME } from './limits.js';

/**
 * Versions that are read. Nodes of two releases run during an upgrade, and one of them has the file of the other: version 2 says
 * neither how long an initiator is waited for nor what nodes sign with.
 */
const OLDEST = 2;
const NEWEST = 3;
/** Each organisation has a master, at most a business node for each domain, and clients. */
const MAX_NODES = MAX_ORGANISATIONS * MAX_CLIENTS;
/** Of a node: its organisation, and its domain or what a client is called. */
const NODE_NAME: TextRule = { ...NAME, like: /^[a-z0-9][a-z0-9._-]{0,255}$/ };
const CERTIFICATES: TextRule = { rule: 'certificates in PEM', like: /-----BEGIN CERTIFICATE-----/ };
const SOME_TEXT: TextRule = { rule: 'text', least: 1 };
const ROLES: readonly NodeRole[] = ['master', 'business', 'client'];

/**
 * The consortium that a consortium file describes. Throws the shape's error, naming the member, for what is left out,
 * unknown or of another form, for what is listed twice, and for a node of an organisation or a domain that the consortium
 * does not have.
 */
export function consortiumOf(root: Shape): Consortium {
  const version = root.at('version').integer(OLDEST, NEWEST);
  const added = version === NEWEST ? ['checking'] : [];
  root.only(['version', 'channels', 'checkingHeight', ...added, 'domains', 'organisations', 'nodes']);
  const channels = root.at('channels').only(['main', 'checking']);
  const main = channelOf(channels.at('main'));
  const checking = channelOf(channels.at('checking'));
  if (main.name === checking.name) channels.at('checking').fail('must be another channel than main');
  const domains = root
    .at('domains')
    .items(MAX_DOMAINS)
    .map((domain) => domain.text(NAME));
  const organisations = root.at('organisations').items(MAX_ORGANISATIONS).map(organisationOf);
  const known = {
    mspIds: new Set(organisations.map(({ mspId }) => mspId)),
    domains: new Set(domains),
    signers: version === NEWEST,
  };
  const nodes = root
    .at('nodes')
    .items(MAX_NODES)
    .map((node) => nodeOf(node, known));
  const consortium: Consortium = {
    version: NEWEST,
    channels: { main, checking },
    checkingHeight: root.at('checkingHeight').integer(2, MAX_HEIGHT),
    checking: checkingTimesOf(root.section('checking')),
    domains,
    organisations,
    nodes,
  };
  const twice = twiceIn(consortium);
  if (twice === null) return consortium;
  return root.at(twice.member).fail(`must not repeat itself; ${twice.what} ${twice.value} is listed twice`);
}

function channelOf(shape: Shape): ConsortiumChannel {
  shape.only(['name', 'genesisHeaderHash']);
  return {
    name: shape.at('name').text(SOME_TEXT),
    genesisHeaderHash: hashText(shape.at('genesisHeaderHash')),
  };
}

function hashText(shape: Shape): string {
  shape.hash();
  return shape.text();
}

function organisationOf(shape: Shape): ConsortiumOrganisation {
  shape.only(['name', 'mspId', 'peer', 'tlsRoots']);
  const peer = shape.at('peer').only(['address', 'serverName']);
  return {
    name: shape.at('name').text(NAME),
    mspId: shape.at('mspId').text(SOME_TEXT),
    peer: {
      address: peer.at('address').text(ADDRESS),
      serverName: peer.optional('serverName')?.text(SOME_TEXT) ?? null,
    },
    tlsRoots: shape.at('tlsRoots').text(CERTIFICATES),
  };
}

interface Known {
  readonly mspIds: ReadonlySet<string>;
  readonly domains: ReadonlySet<string>;
  /** Whether nodes say what they sign with. */
  readonly signers: boolean;
}

function nodeOf(shape: Shape, { mspIds, domains, signers }: Known): ConsortiumNode {
  const added = signers ? ['signer'] : [];
  shape.only(['name', 'role', 'mspId', 'domain', 'address', 'certificate', ...added]);
  const role = shape.at('role').oneOf(ROLES);
  const mspId = shape.at('mspId').text();
  if (!mspIds.has(mspId)) shape.at('mspId').wrong('that of an organisation of the file');
  const domain = role === 'business' ? shape.at('domain').text() : null;
  if (domain !== null && !domains.has(domain)) shape.at('domain').wrong('a domain of the file');
  if (role !== 'business') shape.optional('domain')?.wrong(`null for a ${role}`);
  if (role === 'client') shape.optional('address')?.wrong('null for a client');
  if (role === 'client') shape.optional('signer')?.wrong('null for a client');
  const signer = shape.optional('signer');
  return {
    name: shape.at('name').text(NODE_NAME),
    role,
    mspId,
    domain,
    address: role === 'client' ? null : shape.at('address').text(ADDRESS),
    certificate: hashText(shape.at('certificate')),
    signer: signer === null ? null : hashText(signer),
  };
}
