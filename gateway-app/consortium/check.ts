import type {
  Consortium,
  ConsortiumChannel,
  ConsortiumNode,
  ConsortiumOrganisation,
  NodeRole,
} from './consortium.js';
import type { JsonShape } from '@cotrace/verifier';
import { ADDRESS, ADDRESS_RULE } from '../settings/address.js';
import { twiceIn } from './twice.js';
import { MAX_CLIENTS, MAX_DOMAINS, MAX_HEIGHT, MAX_ORGANISATIONS, NAME, NAME_RULE } from './limits.js';

/** Each organisation has a master, at most a business node for each domain, and clients. */
const MAX_NODES = MAX_ORGANISATIONS * MAX_CLIENTS;
/** Of a node: its organisation, and its domain or what a client is called. */
const NODE_NAME = /^[a-z0-9][a-z0-9._-]{0,255}$/;
const ROLES: readonly NodeRole[] = ['master', 'business', 'client'];

/**
 * The consortium that a consortium file describes. Throws the shape's error, naming the member, for what is left out,
 * unknown or of another form, for what is there twice, for a node of an organisation or a domain that the consortium
 * does not have, and for a quorum that its organisations cannot have.
 */
export function consortiumOf(root: JsonShape): Consortium {
  root.only(['version', 'channels', 'checkingHeight', 'quorum', 'domains', 'organisations', 'nodes']);
  root.integer('version', 1, 1);
  const channels = root.object('channels');
  channels.only(['main', 'checking']);
  const main = channelOf(channels.object('main'));
  const checking = channelOf(channels.object('checking'));
  if (main.name === checking.name) throw channels.wrong('checking', 'another channel than main');
  const domains = root.list('domains', MAX_DOMAINS).map((domain) => domain.isTextLike(NAME, NAME_RULE));
  const organisations = root.list('organisations', MAX_ORGANISATIONS).map(organisationOf);
  const known = {
    mspIds: new Set(organisations.map(({ mspId }) => mspId)),
    domains: new Set(domains),
  };
  const nodes = root.list('nodes', MAX_NODES).map((node) => nodeOf(node, known));
  const consortium: Consortium = {
    version: 1,
    channels: { main, checking },
    checkingHeight: root.integer('checkingHeight', 2, MAX_HEIGHT),
    // More than the organisations there are would never agree.
    quorum: root.has('quorum') ? root.integer('quorum', 2, organisations.length) : null,
    domains,
    organisations,
    nodes,
  };
  const twice = twiceIn(consortium);
  if (twice === null) return consortium;
  throw root.wrong(twice.member, `a list without duplicates; ${twice.what} ${twice.value} is listed twice`);
}

function channelOf(shape: JsonShape): ConsortiumChannel {
  shape.only(['name', 'genesisHeaderHash']);
  shape.hash('genesisHeaderHash');
  return { name: someText(shape, 'name'), genesisHeaderHash: shape.text('genesisHeaderHash') };
}

function organisationOf(shape: JsonShape): ConsortiumOrganisation {
  shape.only(['name', 'mspId', 'peer', 'tlsRoots']);
  const peer = shape.object('peer');
  peer.only(['address', 'serverName']);
  return {
    name: shape.textLike('name', NAME, NAME_RULE),
    mspId: someText(shape, 'mspId'),
    peer: {
      address: peer.textLike('address', ADDRESS, ADDRESS_RULE),
      serverName: peer.has('serverName') ? someText(peer, 'serverName') : null,
    },
    tlsRoots: shape.textLike('tlsRoots', /-----BEGIN CERTIFICATE-----/, 'certificates in PEM'),
  };
}

interface Known {
  readonly mspIds: ReadonlySet<string>;
  readonly domains: ReadonlySet<string>;
}

function nodeOf(shape: JsonShape, { mspIds, domains }: Known): ConsortiumNode {
  shape.only(['name', 'role', 'mspId', 'domain', 'address', 'certificate']);
  const role = shape.oneOf('role', ROLES);
  const mspId = shape.text('mspId');
  if (!mspIds.has(mspId)) throw shape.wrong('mspId', 'that of an organisation of the file');
  const domain = role === 'business' ? shape.text('domain') : null;
  if (domain !== null && !domains.has(domain)) throw shape.wrong('domain', 'a domain of the file');
  for (const [name, wanted] of [
    ['domain', role === 'business'],
    ['address', role !== 'client'],
  ] as const) {
    if (shape.has(name) && !wanted) throw shape.wrong(name, `null for a ${role}`);
  }
  shape.hash('certificate');
  return {
    name: shape.textLike('name', NODE_NAME, NAME_RULE),
    role,
    mspId,
    domain,
    address: role === 'client' ? null : shape.textLike('address', ADDRESS, ADDRESS_RULE),
    certificate: shape.text('certificate'),
  };
}

function someText(shape: JsonShape, name: string): string {
  return shape.textLike(name, /[^]/, 'text');
}
