import { defaultQuorum } from '@cotrace/core';
import { goDuration } from './config/go-duration.js';
import { readTextFile } from './text-file.js';
import { parseSection, type Section } from './topology-section.js';

/** An organisation of the consortium: a peer, a master, and a business node per domain. */
export interface Organisation {
  /** Short name, e.g. `org1`. */
  readonly name: string;
  /** MSP id, e.g. `Org1MSP`; also the name of its group in the channel configuration. */
  readonly mspId: string;
  /** DNS name under which its certificates are issued, e.g. `org1.example.com`. */
  readonly domain: string;
}

/** The organisation of the ordering service, and the address that stands in the channel configuration. */
export interface OrdererOrganisation {
  readonly mspId: string;
  readonly domain: string;
  /** Host of the first ordering node. */
  readonly host: string;
  /** Port of the first ordering node; the others follow. */
  readonly port: number;
  readonly consensus: 'raft' | 'bft';
  /** Number of ordering nodes. */
  readonly nodes: number;
}

/** A node of the ordering service. */
export interface OrdererNode {
  /** `orderer`, `orderer2`, … */
  readonly name: string;
  readonly host: string;
  readonly port: number;
}

/** When a block is cut (`orderer/common/blockcutter` of Fabric). */
export interface Batch {
  /** Transactions in a block at most. */
  readonly maxMessages: number;
  /** A Go duration such as `200ms` or `2s`, counted from the first waiting transaction. */
  readonly timeout: string;
  /** Bytes at which a block is cut before the next transaction. */
  readonly preferredMaxBytes: number;
  /** Bytes of the largest transaction that is accepted. */
  readonly absoluteMaxBytes: number;
}

/** A network: who takes part, which domains and channels there are, and its settings. */
export interface Topology {
  readonly organisations: readonly Organisation[];
  readonly orderer: OrdererOrganisation;
  /** Domain names, each the name of its chaincode. */
  readonly domains: readonly string[];
  /** Names of the two channels. */
  readonly channels: { readonly main: string; readonly checking: string };
  /** Main blocks in one checking cycle, c of the formats, at least 2. */
  readonly checkingHeight: number;
  /** Organisations that must agree, q of the formats. */
  readonly quorum: number;
  readonly batch: Batch;
  /** Whether the business nodes of an organisation share one process or have one each. */
  readonly businessNodes: 'together' | 'separate';
  /** Capability of the channel group. */
  readonly capability: 'V2_0' | 'V3_0';
}

/** A business node: one organisation's copy of one domain. */
export interface BusinessNode {
  /** `<organisation>.<domain>`, e.g. `org1.production`. */
  readonly name: string;
  readonly organisation: Organisation;
  readonly domain: string;
}

// Fabric's own rules: common/configtx/validator.go for channels, core/chaincode/lifecycle/scc.go for
// chaincodes, common/policydsl for MSP ids in policies. Names of domains and organisations are lower case
// so that folders stay apart on file systems that ignore case.
const NAME = /^[a-z][a-z0-9]*(?:[-_][a-z0-9]+)*$/;
const DNS = /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*$/;
const CHANNEL = /^[a-z][a-z0-9.-]{0,248}$/;
const MSP_ID = /^[A-Za-z][A-Za-z0-9.-]{0,63}$/;
const RESERVED_DOMAINS = ['lscc', 'cscc', 'qscc', 'escc', 'vscc', 'anchor', 'checking', 'admin', 'user1'];
const MAX_ORGANISATIONS = 1000;
const MAX_ORDERERS = 100;
/** The fewest nodes of which one may fail (f = 1, n = 3f + 1). */
const LEAST_BFT_NODES = 4;
const MAX_U32 = 0xffffffff;

/** The network of `topology.yaml`: three organisations and four domains. */
export function defaultTopology(): Topology {
  return parseTopology('');
}

/** Reads and checks a topology file. Throws `TOPOLOGY`, naming the place in the file and what to do, and `BAD_UTF8`. */
export function readTopology(path: string): Topology {
  return parseTopology(readTextFile(path, 'TOPOLOGY', '; give the path of a topology file'), path);
}

/**
 * Checks the text of a topology file (YAML 1.2); a section that is left out takes its default.
 * `where` names the file in errors. Throws `TOPOLOGY`, naming the place in the file and what to do.
 */
export function parseTopology(text: string, where = 'topology'): Topology {
  const root = parseSection(text, where, 'TOPOLOGY');
  root.only([
    'organisations',
    'orderer',
    'domains',
    'channels',
    'checkingHeight',
    'quorum',
    'batch',
    'businessNodes',
    'capability',
  ]);
  const organisations = parseOrganisations(root);
  const orderer = parseOrderer(root);
  checkDistinct(root, organisations, orderer);
  const capability = root.oneOf('capability', orderer.consensus === 'bft' ? ['V3_0'] : ['V2_0', 'V3_0']);
  const least = defaultQuorum(organisations.length);
  return {
    organisations,
    orderer,
    domains: parseDomains(root),
    channels: parseChannels(root),
    checkingHeight: root.integer('checkingHeight', 2, MAX_U32, 1024),
    quorum: root.integer('quorum', least, organisations.length, least),
    batch: parseBatch(root),
    businessNodes: root.oneOf('businessNodes', ['together', 'separate']),
    capability,
  };
}

/** The business nodes of a network, by organisation and domain in the topology's order. */
export function businessNodes(topology: Topology): BusinessNode[] {
  return topology.organisations.flatMap((organisation) =>
    topology.domains.map((domain) => ({ name: `${organisation.name}.${domain}`, organisation, domain })),
  );
}

/** The nodes of the ordering service, in the order of the channel configuration. */
export function ordererNodes({ orderer }: Topology): OrdererNode[] {
  const { domain, host, port, nodes } = orderer;
  return Array.from({ length: nodes }, (_, i) => ({
    name: i === 0 ? 'orderer' : `orderer${i + 1}`,
    host: i === 0 ? host : `orderer${i + 1}.${domain}`,
    port: port + i,
  }));
}

function parseOrganisations(root: Section): Organisation[] {
  if (!root.has('organisations')) {
    return [1, 2, 3].map((n) => ({ name: `org${n}`, mspId: `Org${n}MSP`, domain: `org${n}.example.com` }));
  }
  const list = root.list('organisations', 2, MAX_ORGANISATIONS, 'list at least two organisations');
  return list.map((item) => {
    item.only(['name', 'mspId', 'domain']);
    return {
      name: item.text('name', NAME, 'lower-case letters and digits, e.g. org1'),
      mspId: item.text('mspId', MSP_ID, 'letters, digits, dots and dashes, e.g. Org1MSP'),
      domain: item.text('domain', DNS, 'a lower-case DNS name, e.g. org1.example.com'),
    };
  });
}

function parseOrderer(root: Section): OrdererOrganisation {
  const section = root.section('orderer');
  section.only(['mspId', 'domain', 'host', 'port', 'consensus', 'nodes']);
  const consensus = section.oneOf('consensus', ['raft', 'bft']);
  const least = consensus === 'bft' ? LEAST_BFT_NODES : 1;
  const domain = section.text('domain', DNS, 'a lower-case DNS name, e.g. example.com', 'example.com');
  return {
    mspId: section.text('mspId', MSP_ID, 'letters, digits, dots and dashes, e.g. OrdererMSP', 'OrdererMSP'),
    domain,
    host: section.text('host', DNS, 'a lower-case DNS name', `orderer.${domain}`),
    port: section.integer('port', 1, 65535 - MAX_ORDERERS, 7050),
    consensus,
    nodes: section.integer('nodes', least, MAX_ORDERERS, least),
  };
}

function parseDomains(root: Section): string[] {
  if (!root.has('domains')) return ['production', 'processing', 'distribution', 'retail'];
  const domains = root
    .list('domains', 1, 0xffff, 'list at least one domain')
    .map((item) => item.isText(NAME, 'lower-case letters and digits, e.g. production'));
  domains.forEach((domain, i) => {
    if (RESERVED_DOMAINS.includes(domain))
      root.fail(`domains[${i}]`, `'${domain}' is reserved; choose another name`);
    if (domains.indexOf(domain) < i) root.fail(`domains[${i}]`, `'${domain}' is listed twice; remove one`);
  });
  return domains;
}

function parseChannels(root: Section): Topology['channels'] {
  const section = root.section('channels');
  section.only(['main', 'checking']);
  const rule = 'a lower-case letter, then letters, digits, dots and dashes, at most 249 characters';
  const main = section.text('main', CHANNEL, rule, 'main');
  const checking = section.text('checking', CHANNEL, rule, 'checking');
  if (main === checking) section.fail('checking', `the channels need different names; both are '${main}'`);
  return { main, checking };
}

function parseBatch(root: Section): Batch {
  const section = root.section('batch');
  section.only(['maxMessages', 'timeout', 'preferredMaxBytes', 'absoluteMaxBytes']);
  const timeout = section.text('timeout', /^/, 'a duration, e.g. 200ms', '200ms');
  const milliseconds = goDuration(timeout);
  if (milliseconds === undefined || milliseconds <= 0) {
    section.fail('timeout', `'${timeout}' is not a duration; write one such as 200ms or 2s`);
  }
  const absoluteMaxBytes = section.integer('absoluteMaxBytes', 1, MAX_U32, 10 * 1024 * 1024);
  const preferred = Math.min(2 * 1024 * 1024, absoluteMaxBytes);
  return {
    maxMessages: section.integer('maxMessages', 1, MAX_U32, 32),
    timeout,
    preferredMaxBytes: section.integer('preferredMaxBytes', 1, absoluteMaxBytes, preferred),
    absoluteMaxBytes,
  };
}

function checkDistinct(
  root: Section,
  organisations: readonly Organisation[],
  orderer: OrdererOrganisation,
): void {
  for (const field of ['name', 'mspId', 'domain'] as const) {
    const seen = new Set<string>(field === 'name' ? [] : [orderer[field]]);
    organisations.forEach((organisation, i) => {
      const value = organisation[field];
      if (seen.has(value)) {
        root.fail(
          `organisations[${i}].${field}`,
          `'${value}' is used twice; every organisation needs its own`,
        );
      }
      seen.add(value);
    });
  }
}
