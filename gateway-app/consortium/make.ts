import { CotraceError, quorumAmong, toHex, utf8 } from '@cotrace/core';
import { ChannelConfig, decodeBlock } from '@cotrace/fabric-model';
import { assembleConsortium, type NodePart, type OrganisationPart } from './assemble.js';
import type { Consortium, ConsortiumChannel } from './consortium.js';
import { makeTrust } from './make-trust.js';
import { certificateHash } from './certificate-hash.js';
import { certificatesOf, checkedCertificate, CLIENT, SERVER, type CertificateUse } from './certificates.js';
import { twiceIn } from './twice.js';
import type {
  ConsortiumSource,
  SourceChannel,
  SourceFile,
  SourceNode,
  SourceOrganisation,
} from './source.js';
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
  const quorum = checkQuorum(source, members, config.quorum);
  const { checkingHeight, times: checking, domains } = source;
  const channels = { main: channelOf(source.main), checking: channelOf(source.checking) };
  const consortium = assembleConsortium(
    { channels, checkingHeight, checking, domains },
    source.organisations.map((organisation) => partOf(organisation, config, now)),
  );
  const twice = twiceIn(consortium);
  if (twice !== null) {
    const { what, value } = twice;
    throw new CotraceError('CONFIG', `${source.path}: ${what} ${value} is listed twice`, { value });
  }
  return {
    consortium,
    trust: makeTrust(consortium, config),
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
function checkQuorum(
  { path, organisations }: ConsortiumSource,
  members: readonly string[],
  set: number | null,
): number {
  const least = quorumAmong(members.length, set);
  if (organisations.length >= least) return least;
  throw new CotraceError(
    'CONFIG',
    `${path}: ${least} of the channel's ${members.length} members must agree, but only ${organisations.length} have a master`,
    { quorum: least, members },
  );
}

/** An organisation with its nodes and clients, their certificates checked. Throws `CONFIG`. */
function partOf(organisation: SourceOrganisation, config: ChannelConfig, now: number): OrganisationPart {
  const authorities = certificatesOf(organisation.tlsRoots);
  const node = (
    { name, address, certificate, signer }: SourceNode,
    uses: readonly CertificateUse[],
  ): NodePart => {
    const checked = checkedCertificate(certificate, authorities, uses, now);
    const signs = signer === null ? null : signerHash(signer, organisation, config, now);
    return { name, address, certificate: certificateHash(checked.raw), signer: signs };
  };
  const { name, mspId, peer, tlsRoots, master, businessNodes, clients } = organisation;
  return {
    name,
    mspId,
    peer,
    tlsRoots: tlsRoots.text,
    master: node(master, [SERVER, CLIENT]),
    businessNodes: businessNodes.map((business) => ({
      ...node(business, [SERVER, CLIENT]),
      domain: business.domain,
    })),
    clients: clients.map((client) => node(client, [CLIENT])),
  };
}

/** The hash of a node's signing certificate. Throws `CONFIG` where it is none that is valid in its organisation at the time `now`. */
function signerHash(
  file: SourceFile,
  { mspId, name }: SourceOrganisation,
  config: ChannelConfig,
  now: number,
): string {
  const { path, text } = file;
  const [certificate] = certificatesOf(file);
  const msp = config.msps.find((candidate) => candidate.mspId === mspId);
  try {
    msp?.identity(utf8(text)).validate({ at: new Date(now) });
  } catch (cause) {
    throw new CotraceError(
      'CONFIG',
      `${path} is not a valid certificate of ${mspId} (${name}); give the node's signing certificate, not its TLS certificate`,
      { path, mspId },
      cause,
    );
  }
  return certificateHash(certificate?.raw ?? new Uint8Array());
}
