import { createHash, type X509Certificate } from 'node:crypto';
import { CotraceError, defaultQuorum, toHex } from '@cotrace/core';
import { ChannelConfig, decodeBlock } from '@cotrace/fabric-model';
import type { Consortium, ConsortiumChannel, ConsortiumNode } from './consortium.js';
import { networkIdentity } from './network-terms.js';
import { writeTrust } from '@cotrace/verifier';
import { certificatesOf, checkedCertificate, CLIENT, SERVER, type CertificateUse } from './certificates.js';
import { twiceIn } from './twice.js';
import type { ConsortiumSource, SourceChannel, SourceNode, SourceOrganisation } from './source.js';
import { warningsOf } from './warnings.js';

/** The files that a consortium's nodes, clients and verifiers share. */
export interface ConsortiumFiles {
  readonly consortium: Consortium;
  /** Text of the trust file. */
  readonly trust: string;
  /** Organisations that must agree, and MSP ids of all members of main, who are those that count. */
  readonly quorum: number;
  readonly members: readonly string[];
  /** What works, but not for long. */
  readonly warnings: readonly string[];
}

/**
 * Makes the consortium file and the trust file from what the consortium's people have written down. What nodes would
 * only find out by failing is checked here: blocks, members of the channel, certificates at the time `now`
 * (milliseconds), names that are there twice, a quorum that cannot be had. Throws `CONFIG`.
 */
export function makeConsortiumFiles(source: ConsortiumSource, now: number): ConsortiumFiles {
  const config = configOf(source);
  const members = config.members().map(({ mspId }) => mspId);
  for (const { mspId, name } of source.organisations) {
    if (members.includes(mspId)) continue;
    throw new CotraceError(
      'CONFIG',
      `${source.path}: ${mspId} (${name}) is not a member of channel ${source.main.name}, which has ${members.join(', ')}`,
      { mspId, members },
    );
  }
  const quorum = checkQuorum(source, members);
  const nodes = source.organisations.flatMap((organisation) => nodesOf(organisation, now));
  const consortium: Consortium = {
    version: 1,
    channels: { main: channelOf(source.main), checking: channelOf(source.checking) },
    checkingHeight: source.checkingHeight,
    quorum: source.quorum,
    domains: source.domains,
    organisations: source.organisations.map(({ name, mspId, peer, tlsRoots }) => ({
      name,
      mspId,
      peer,
      tlsRoots: tlsRoots.text,
    })),
    nodes,
  };
  const twice = twiceIn(consortium);
  if (twice !== null) {
    const { what, value } = twice;
    throw new CotraceError('CONFIG', `${source.path}: ${what} ${value} is listed twice`, { value });
  }
  return {
    consortium,
    trust: writeTrust(networkIdentity(consortium), quorum, config),
    quorum,
    members,
    warnings: warningsOf(source, config, quorum),
  };
}

/** The configuration of main that members and trust are taken from. */
function configOf({ main }: ConsortiumSource): ChannelConfig {
  const config = ChannelConfig.fromBlock(main.config);
  if (config.channelId === main.name) return config;
  throw new CotraceError(
    'CONFIG',
    `the configuration block of channel ${main.name} is one of channel ${config.channelId}`,
    { expected: main.name, found: config.channelId },
  );
}

function channelOf({ name, genesis }: SourceChannel): ConsortiumChannel {
  const { number, headerHash } = decodeBlock(genesis);
  const { channelId } = ChannelConfig.fromBlock(genesis);
  if (number !== 0n || channelId !== name) {
    throw new CotraceError(
      'CONFIG',
      `the genesis block of channel ${name} is block ${number} of channel ${channelId}; fetch block 0 of ${name}`,
      { name, number, channelId },
    );
  }
  return { name, genesisHeaderHash: toHex(headerHash) };
}

/** The quorum under the present members. Throws `CONFIG` where too few of them have a master. */
function checkQuorum({ path, quorum, organisations }: ConsortiumSource, members: readonly string[]): number {
  const least = Math.max(defaultQuorum(members.length), quorum ?? 0);
  if (organisations.length >= least) return least;
  throw new CotraceError(
    'CONFIG',
    `${path}: ${least} of the channel's ${members.length} members must agree, but only ${organisations.length} have a master`,
    { quorum: least, members },
  );
}

function nodesOf(organisation: SourceOrganisation, now: number): ConsortiumNode[] {
  const authorities = certificatesOf(organisation.tlsRoots);
  const node = (
    { name, address, certificate }: SourceNode,
    role: ConsortiumNode['role'],
    domain: string | null,
  ): ConsortiumNode => {
    const uses: CertificateUse[] = role === 'client' ? [CLIENT] : [SERVER, CLIENT];
    const checked = checkedCertificate(certificate, authorities, uses, now);
    return { name, role, mspId: organisation.mspId, domain, address, certificate: hashOf(checked) };
  };
  return [
    node(organisation.master, 'master', null),
    ...organisation.businessNodes.map((business) => node(business, 'business', business.domain)),
    ...organisation.clients.map((client) => node(client, 'client', null)),
  ];
}

function hashOf({ raw }: X509Certificate): string {
  return createHash('sha256').update(raw).digest('hex');
}
