import {
  DEFAULT_DOMAINS,
  defaultQuorum,
  MAX_CHECKING_HEIGHT,
  type Shape,
  type TextRule,
} from '@cotrace/core';
import { goDuration } from '@cotrace/fabric-model';
import { checkingTimesOf, type CheckingTimes } from './checking-times.js';
import { parseSettings } from './settings-text.js';
import { readTextFile } from './text-file.js';

/** An organisation of the consortium: a peer, a master, and a business node per domain. */
export interface Organisation {
  /** Short name, e.g. `org1`. */
  readonly name: string;
  /** MSP id, e.g. `Org1MSP`; also the name of its group in the channel configuration. */
  readonly mspId: string;
  /** DNS name under which its certificates are issued, e.g. `org1.example.com`. */
  readonly domain: string;
  /** Only there where it is in no genesis block: an update of a channel's configuration makes it a member. */
  readonly founder?: false;
  /** Only there where an update took it out of the channels again: nothing of it runs any more. */
  readonly left?: true;
}

/** The organisation of the ordering service, and the address that is in the channel configuration. */
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
  /** How long the initiator of a cycle is waited for. */
  readonly checking: CheckingTimes;
  /** Organisations that must agree, q of the formats, as long as the founders are the members. */
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
const NAME: TextRule = {
  rule: 'lower-case letters and digits, e.g. org1',
  like: /^[a-z][a-z0-9]*(?:[-_][a-z0-9]+)*$/,
};
const DNS: TextRule = {
  rule: 'a lower-case DNS name, e.g. org1.example.com',
  like: /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*$/,
};
const CHANNEL: TextRule = {
  rule: 'a lower-case letter, then letters, digits, dots and dashes, at most 249 characters',
  like: /^[a-z][a-z0-9.-]{0,248}$/,
};
const MSP_ID: TextRule = {
  rule: 'letters, digits, dots and dashes, e.g. Org1MSP',
  like: /^[A-Za-z][A-Za-z0-9.-]{0,63}$/,
};
const RESERVED_DOMAINS = ['lscc', 'cscc', 'qscc', 'escc', 'vscc', 'anchor', 'checking', 'admin', 'user1'];
const MAX_ORGANISATIONS = 1000;
const MAX_ORDERERS = 100;
/** The fewest nodes of which one may fail (f = 1, n = 3f + 1). */
const LEAST_BFT_NODES = 4;
const MAX_U32 = 0xffffffff;

/** The network of `topology.yaml`: three organisations and the default domains. */
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
  const root = parseSettings(text, where, 'TOPOLOGY').only([
    'organisations',
    'orderer',
    'domains',
    'channels',
    'checkingHeight',
    'checking',
    'quorum',
    'batch',
    'businessNodes',
    'capability',
  ]);
  const orderer = parseOrderer(root);
  const organisations = parseOrganisations(root, orderer);
  const capabilities = orderer.consensus === 'bft' ? (['V3_0'] as const) : (['V2_0', 'V3_0'] as const);
  const founding = foundersOf({ organisations }).length;
  if (founding < 2) root.at('organisations').fail('must have at least two founders');
  const least = defaultQuorum(founding);
  return {
    organisations,
    orderer,
    domains: parseDomains(root),
    channels: parseChannels(root),
    checkingHeight: root.optional('checkingHeight')?.integer(2, MAX_CHECKING_HEIGHT) ?? 1024,
    checking: checkingTimesOf(root.section('checking')),
    quorum: root.optional('quorum')?.integer(least, founding) ?? least,
    batch: parseBatch(root),
    businessNodes: root.optional('businessNodes')?.oneOf(['together', 'separate']) ?? 'together',
    capability: root.optional('capability')?.oneOf(capabilities) ?? capabilities[0],
  };
}

/** The organisations that are in the genesis blocks. */
export function foundersOf({ organisations }: Pick<Topology, 'organisations'>): Organisation[] {
  return organisations.filter(({ founder }) => founder !== false);
}

/** The part of a topology that runs: without organisations that have left. */
export function runningPart(topology: Topology): Topology {
  return { ...topology, organisations: topology.organisations.filter(({ left }) => left !== true) };
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

function parseOrganisations(root: Shape, orderer: OrdererOrganisation): Organisation[] {
  const items = root.optional('organisations')?.items(MAX_ORGANISATIONS, 2, 'a list of organisations');
  if (items === undefined) {
    return [1, 2, 3].map((n) => ({ name: `org${n}`, mspId: `Org${n}MSP`, domain: `org${n}.example.com` }));
  }
  const seen = { name: new Set(), mspId: new Set([orderer.mspId]), domain: new Set([orderer.domain]) };
  return items.map((item) => {
    item.only(['name', 'mspId', 'domain', 'founder', 'left']);
    const own = (field: 'name' | 'mspId' | 'domain', rule: TextRule): string => {
      const value = item.at(field).text(rule);
      if (seen[field].has(value)) {
        item.at(field).fail(`is ${value}, which is used twice; every organisation needs its own`);
      }
      seen[field].add(value);
      return value;
    };
    const names = { name: own('name', NAME), mspId: own('mspId', MSP_ID), domain: own('domain', DNS) };
    return {
      ...names,
      ...(item.optional('founder')?.boolean() === false && { founder: false }),
      ...(item.optional('left')?.boolean() === true && { left: true }),
    };
  });
}

function parseOrderer(root: Shape): OrdererOrganisation {
  const section = root.section('orderer').only(['mspId', 'domain', 'host', 'port', 'consensus', 'nodes']);
  const consensus = section.optional('consensus')?.oneOf(['raft', 'bft']) ?? 'raft';
  const least = consensus === 'bft' ? LEAST_BFT_NODES : 1;
  const domain = section.optional('domain')?.text(DNS) ?? 'example.com';
  return {
    mspId: section.optional('mspId')?.text(MSP_ID) ?? 'OrdererMSP',
    domain,
    host: section.optional('host')?.text(DNS) ?? `orderer.${domain}`,
    port: section.optional('port')?.integer(1, 65535 - MAX_ORDERERS) ?? 7050,
    consensus,
    nodes: section.optional('nodes')?.integer(least, MAX_ORDERERS) ?? least,
  };
}

function parseDomains(root: Shape): string[] {
  const items = root.optional('domains')?.items(0xffff, 1, 'a list of domains');
  if (items === undefined) return DEFAULT_DOMAINS.map(({ name }) => name);
  const domains = new Set<string>();
  for (const item of items) {
    const domain = item.text({ ...NAME, rule: 'lower-case letters and digits, e.g. production' });
    if (RESERVED_DOMAINS.includes(domain)) item.fail(`is ${domain}, which is reserved; choose another name`);
    if (domains.has(domain)) item.fail(`is ${domain}, which is listed twice; remove one`);
    domains.add(domain);
  }
  return [...domains];
}

function parseChannels(root: Shape): Topology['channels'] {
  const section = root.section('channels').only(['main', 'checking']);
  const main = section.optional('main')?.text(CHANNEL) ?? 'main';
  const checking = section.optional('checking')?.text(CHANNEL) ?? 'checking';
  if (main === checking) section.fail(`must have two different names; both are ${main}`);
  return { main, checking };
}

function parseBatch(root: Shape): Batch {
  const section = root.section('batch');
  section.only(['maxMessages', 'timeout', 'preferredMaxBytes', 'absoluteMaxBytes']);
  const absoluteMaxBytes = section.optional('absoluteMaxBytes')?.integer(1, MAX_U32) ?? 10 * 1024 * 1024;
  const preferred = section.optional('preferredMaxBytes')?.integer(1, absoluteMaxBytes);
  const timeout = section.optional('timeout');
  return {
    maxMessages: section.optional('maxMessages')?.integer(1, MAX_U32) ?? 32,
    timeout: timeout === null ? '200ms' : durationOf(timeout),
    preferredMaxBytes: preferred ?? Math.min(2 * 1024 * 1024, absoluteMaxBytes),
    absoluteMaxBytes,
  };
}

function durationOf(shape: Shape): string {
  const rule = 'a duration, such as 200ms or 2s';
  const text = shape.text({ rule });
  const milliseconds = goDuration(text);
  return milliseconds === null || milliseconds <= 0 ? shape.wrong(rule) : text;
}
