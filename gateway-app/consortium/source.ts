import type { Shape } from '@cotrace/core';
import { checkingTimesOf, textOfFile, type CheckingTimes } from '@cotrace/network';
import { ADDRESS } from '../settings/address.js';
import { readBytes } from '../settings/read-bytes.js';
import { MAX_CLIENTS, MAX_DOMAINS, MAX_HEIGHT, MAX_ORGANISATIONS, NAME } from './limits.js';
import { openSettings, pathOf, textOf, type SettingsFile } from '../settings/settings-file.js';

/** A channel as the consortium's people describe it. */
export interface SourceChannel {
  readonly name: string;
  /** Bytes of block 0. */
  readonly genesis: Uint8Array;
}

/** A file that the description names. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

/** A node or client of an organisation; `address` is null for a client. */
export interface SourceNode {
  readonly name: string;
  readonly address: string | null;
  /** Its TLS certificate. */
  readonly certificate: SourceFile;
  /** The certificate that it signs with; null for a client, and where the description leaves it out. */
  readonly signer: SourceFile | null;
}

export interface SourceOrganisation {
  readonly name: string;
  readonly mspId: string;
  readonly peer: { readonly address: string; readonly serverName: string | null };
  readonly tlsRoots: SourceFile;
  readonly master: SourceNode;
  readonly businessNodes: readonly (SourceNode & { readonly domain: string })[];
  readonly clients: readonly SourceNode[];
}

/** What the people of a consortium write down, with the files that it names read. */
export interface ConsortiumSource {
  readonly path: string;
  readonly main: SourceChannel & { readonly config: Uint8Array };
  readonly checking: SourceChannel;
  readonly checkingHeight: number;
  readonly times: CheckingTimes;
  readonly domains: readonly string[];
  readonly organisations: readonly SourceOrganisation[];
}

const DEFAULT_HEIGHT = 1024;

/**
 * Reads the description of a consortium (docs/examples/consortium.yaml shows and explains it); paths in it are taken
 * from its folder. Throws `CONFIG` naming the line and the member that is wrong, or the file that cannot be read.
 */
export function readConsortiumSource(path: string): ConsortiumSource {
  const file = openSettings(path);
  const { root } = file;
  root.only(['channels', 'checkingHeight', 'checking', 'domains', 'organisations']);
  const channels = root.at('channels').only(['main', 'checking']);
  const main = channels.at('main').only(['name', 'genesis', 'config']);
  const checking = channels.at('checking').only(['name', 'genesis']);
  const domains = root
    .at('domains')
    .items(MAX_DOMAINS, 1, 'a list of domains')
    .map((domain) => domain.text({ ...NAME, rule: 'the name of the chaincode of a domain' }));
  return {
    path,
    main: { ...channelOf(file, main), config: bytesAt(file, main, 'config', 'newest configuration block') },
    checking: channelOf(file, checking),
    checkingHeight: root.optional('checkingHeight')?.integer(2, MAX_HEIGHT) ?? DEFAULT_HEIGHT,
    times: checkingTimesOf(root.section('checking')),
    domains,
    organisations: root
      .at('organisations')
      .items(MAX_ORGANISATIONS, 2, 'a list of organisations')
      .map((organisation) => organisationOf(file, organisation, domains)),
  };
}

function channelOf(file: SettingsFile, section: Shape): SourceChannel {
  return {
    name: textOf(section, 'name', 'the name of a channel'),
    genesis: bytesAt(file, section, 'genesis', 'block 0'),
  };
}

function organisationOf(file: SettingsFile, section: Shape, domains: readonly string[]): SourceOrganisation {
  section.only(['name', 'mspId', 'tlsRoots', 'peer', 'master', 'businessNodes', 'clients']);
  const name = section.at('name').text(NAME);
  const peer = section.at('peer').only(['address', 'serverName']);
  return {
    name,
    mspId: textOf(section, 'mspId', 'the MSP id of the organisation'),
    peer: {
      address: peer.at('address').text(ADDRESS),
      serverName:
        peer.optional('serverName')?.text({ rule: 'a name in its TLS certificate', least: 1 }) ?? null,
    },
    tlsRoots: textAt(file, section, 'tlsRoots', 'TLS authority'),
    master: listeningNode(file, section.at('master'), `${name}.master`),
    businessNodes: businessNodesOf(file, section.section('businessNodes').only(domains), name),
    clients: (section.optional('clients')?.items(MAX_CLIENTS) ?? []).map((client) => {
      client.only(['name', 'certificate']);
      const short = client.at('name').text({ ...NAME, rule: 'lower-case letters and digits, e.g. erp' });
      return {
        name: `${name}.${short}`,
        address: null,
        certificate: textAt(file, client, 'certificate', 'TLS certificate'),
        signer: null,
      };
    }),
  };
}

function businessNodesOf(
  file: SettingsFile,
  section: Shape,
  organisation: string,
): SourceOrganisation['businessNodes'] {
  return section.names().flatMap((domain) => {
    const node = section.optional(domain);
    return node === null ? [] : [{ ...listeningNode(file, node, `${organisation}.${domain}`), domain }];
  });
}

function listeningNode(file: SettingsFile, section: Shape, name: string): SourceNode {
  section.only(['address', 'certificate', 'signer']);
  return {
    name,
    address: section.at('address').text(ADDRESS),
    certificate: textAt(file, section, 'certificate', 'TLS certificate'),
    signer:
      section.optional('signer') === null ? null : textAt(file, section, 'signer', 'signing certificate'),
  };
}

function bytesAt(file: SettingsFile, section: Shape, name: string, what: string): Uint8Array {
  return readBytes(pathOf(file, section, name, `the path of the ${what}`));
}

function textAt(file: SettingsFile, section: Shape, name: string, what: string): SourceFile {
  const path = pathOf(file, section, name, `the path of the ${what}, PEM`);
  return { path, text: textOfFile(readBytes(path), path) };
}
