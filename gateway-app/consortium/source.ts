import { readFileSync } from 'node:fs';
import { CotraceError } from '@cotrace/core';
import { textOfFile, type Section } from '@cotrace/network';
import { MAX_CLIENTS, MAX_DOMAINS, MAX_HEIGHT, MAX_ORGANISATIONS, NAME, NAME_RULE } from './limits.js';
import { addressOf, openSettings, pathOf, textOf, type SettingsFile } from '../settings/settings-file.js';

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
  readonly quorum: number | null;
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
  root.only(['channels', 'checkingHeight', 'quorum', 'domains', 'organisations']);
  const channels = root.section('channels');
  channels.only(['main', 'checking']);
  const main = channels.section('main');
  main.only(['name', 'genesis', 'config']);
  const checking = channels.section('checking');
  checking.only(['name', 'genesis']);
  const domains = root
    .list('domains', 1, MAX_DOMAINS, 'list at least one domain')
    .map((domain) => domain.isText(NAME, 'the name of the chaincode of a domain'));
  return {
    path,
    main: { ...channelOf(file, main), config: bytesAt(file, main, 'config', 'newest configuration block') },
    checking: channelOf(file, checking),
    checkingHeight: root.integer('checkingHeight', 2, MAX_HEIGHT, DEFAULT_HEIGHT),
    quorum: root.has('quorum') ? root.integer('quorum', 2, MAX_ORGANISATIONS) : null,
    domains,
    organisations: root
      .list('organisations', 2, MAX_ORGANISATIONS, 'list at least two organisations')
      .map((organisation) => organisationOf(file, organisation, domains)),
  };
}

function channelOf(file: SettingsFile, section: Section): SourceChannel {
  return {
    name: textOf(section, 'name', 'the name of a channel'),
    genesis: bytesAt(file, section, 'genesis', 'block 0'),
  };
}

function organisationOf(
  file: SettingsFile,
  section: Section,
  domains: readonly string[],
): SourceOrganisation {
  section.only(['name', 'mspId', 'tlsRoots', 'peer', 'master', 'businessNodes', 'clients']);
  const name = section.text('name', NAME, NAME_RULE);
  const peer = section.section('peer');
  peer.only(['address', 'serverName']);
  const master = section.section('master');
  master.only(['address', 'certificate']);
  const business = section.section('businessNodes');
  business.only(domains);
  return {
    name,
    mspId: textOf(section, 'mspId', 'the MSP id of the organisation'),
    peer: {
      address: addressOf(peer, 'address'),
      serverName: peer.has('serverName') ? textOf(peer, 'serverName', 'a name in its TLS certificate') : null,
    },
    tlsRoots: textAt(file, section, 'tlsRoots', 'TLS authority'),
    master: listeningNode(file, master, `${name}.master`),
    businessNodes: business.names().map((domain) => {
      const node = business.section(domain);
      node.only(['address', 'certificate']);
      return { ...listeningNode(file, node, `${name}.${domain}`), domain };
    }),
    clients: section.has('clients')
      ? section.list('clients', 0, MAX_CLIENTS, 'list clients').map((client) => {
          client.only(['name', 'certificate']);
          const short = client.text('name', NAME, 'lower-case letters and digits, e.g. erp');
          return {
            name: `${name}.${short}`,
            address: null,
            certificate: textAt(file, client, 'certificate', 'TLS certificate'),
          };
        })
      : [],
  };
}

function listeningNode(file: SettingsFile, section: Section, name: string): SourceNode {
  return {
    name,
    address: addressOf(section, 'address'),
    certificate: textAt(file, section, 'certificate', 'TLS certificate'),
  };
}

function bytesAt(file: SettingsFile, section: Section, name: string, what: string): Uint8Array {
  return readAt(pathOf(file, section, name, `the path of the ${what}`));
}

function textAt(file: SettingsFile, section: Section, name: string, what: string): SourceFile {
  const path = pathOf(file, section, name, `the path of the ${what}, PEM`);
  return { path, text: textOfFile(readAt(path), path) };
}

function readAt(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (cause) {
    throw new CotraceError('CONFIG', `${path} cannot be read; is the path right?`, { path }, cause);
  }
}
