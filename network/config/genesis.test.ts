import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fromBinary, toBinary } from '@bufbuild/protobuf';
import { sha256, toHex } from '@cotrace/core';
import {
  type Block,
  ChannelConfig,
  checkBlock,
  common,
  decodeBlock,
  lastConfigIndex,
  orderer,
  peer,
  readBlockFile,
} from '@cotrace/fabric-model';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ensureCrypto } from '../identity/ensure.js';
import { defaultTopology, type Topology } from '../topology.js';
import { DEFAULT_ACLS } from './acls.js';
import { genesisBlock } from './genesis.js';
import { mspConfigOfFolder } from './msp-folder.js';

const dir = mkdtempSync(join(tmpdir(), 'cotrace-genesis-'));
const topology = defaultTopology();

beforeAll(() => ensureCrypto(topology, dir));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

/** The value or policy bytes at every path of a channel group, with the policies that may change them. */
function flattened(group: common.ConfigGroup, path = '/Channel'): Map<string, string> {
  const entries = new Map([[path, group.modPolicy]]);
  for (const [key, { value, modPolicy }] of Object.entries(group.values)) {
    entries.set(`${path}:${key}`, `${modPolicy} ${toHex(value)}`);
  }
  for (const [key, { policy, modPolicy }] of Object.entries(group.policies)) {
    if (policy === undefined) throw new Error(`no policy at ${path} ${key}`);
    entries.set(`${path} ${key}`, `${modPolicy} ${policy.type} ${toHex(policy.value)}`);
  }
  for (const [key, child] of Object.entries(group.groups)) {
    for (const [at, entry] of flattened(child, `${path}/${key}`)) entries.set(at, entry);
  }
  return entries;
}

function payloadOf({ envelopes: [envelope = new Uint8Array()] }: Block): common.Payload {
  return fromBinary(common.PayloadSchema, fromBinary(common.EnvelopeSchema, envelope).payload);
}

function headersOf(block: Block): { channel: common.ChannelHeader; signature: common.SignatureHeader } {
  const { header } = payloadOf(block);
  if (header === undefined) throw new Error('no header');
  return {
    channel: fromBinary(common.ChannelHeaderSchema, header.channelHeader),
    signature: fromBinary(common.SignatureHeaderSchema, header.signatureHeader),
  };
}

function groupOf(block: Block): common.ConfigGroup {
  const group = fromBinary(common.ConfigEnvelopeSchema, payloadOf(block).data).config?.channelGroup;
  if (group === undefined) throw new Error('no channel group');
  return group;
}

function valueAt(group: common.ConfigGroup, path: readonly string[], key: string): Uint8Array {
  let at: common.ConfigGroup | null = group;
  for (const name of path) at = at?.groups[name] ?? null;
  const value = at?.values[key]?.value;
  if (value === undefined) throw new Error(`no value ${key} at ${path.join('/')}`);
  return value;
}

describe('a genesis block', () => {
  const blockOf = (settings: Topology = topology, channel = 'main'): Block =>
    decodeBlock(genesisBlock(settings, channel, dir));

  it('is number 0, whole and well formed', () => {
    const block = blockOf();
    checkBlock(block);
    expect(block.number).toBe(0n);
    expect(block.previousHash).toHaveLength(0);
    expect(block.metadata.map(toHex)).toEqual(['0a020a00', '', '', '', '']);
    expect(lastConfigIndex(block)).toBe(0n);
  });

  it('holds one configuration transaction of the channel, which nobody signed', () => {
    const { channel, signature } = headersOf(blockOf());
    expect(channel).toMatchObject({
      type: common.HeaderType.CONFIG,
      version: 1,
      channelId: 'main',
      epoch: 0n,
    });
    expect(Number(channel.timestamp?.seconds) * 1000).toBeLessThan(Date.now());
    expect(signature.creator).toHaveLength(0);
    expect(signature.nonce).toHaveLength(24);
    expect(channel.txId).toBe(toHex(sha256(signature.nonce)));
  });

  it('is the same whenever it is made from the same certificates', () => {
    expect(genesisBlock(topology, 'main', dir)).toEqual(genesisBlock(defaultTopology(), 'main', dir));
  });

  it('differs from channel to channel and network to network', async () => {
    const other = mkdtempSync(join(tmpdir(), 'cotrace-genesis-'));
    try {
      await ensureCrypto(topology, other);
      const blocks = [
        genesisBlock(topology, 'main', dir),
        genesisBlock(topology, 'checking', dir),
        genesisBlock(topology, 'main', other),
      ];
      expect(new Set(blocks.map((bytes) => toHex(decodeBlock(bytes).headerHash))).size).toBe(3);
    } finally {
      rmSync(other, { recursive: true, force: true });
    }
  });

  it('is the same whoever joins or leaves later', async () => {
    const org4 = { name: 'org4', mspId: 'Org4MSP', domain: 'org4.example.com', founder: false } as const;
    const [first, ...others] = topology.organisations;
    if (first === undefined) throw new Error('there are three');
    const later = { ...topology, organisations: [{ ...first, left: true } as const, ...others, org4] };
    await ensureCrypto(later, dir);
    expect(genesisBlock(later, 'main', dir)).toEqual(genesisBlock(topology, 'main', dir));
  });

  it('carries the settings of the topology', () => {
    const group = groupOf(
      blockOf({
        ...topology,
        batch: { maxMessages: 7, timeout: '1.5s', preferredMaxBytes: 1000, absoluteMaxBytes: 2000 },
      }),
    );
    expect(fromBinary(orderer.BatchSizeSchema, valueAt(group, ['Orderer'], 'BatchSize'))).toMatchObject({
      maxMessageCount: 7,
      preferredMaxBytes: 1000,
      absoluteMaxBytes: 2000,
    });
    expect(fromBinary(orderer.BatchTimeoutSchema, valueAt(group, ['Orderer'], 'BatchTimeout')).timeout).toBe(
      '1.5s',
    );
    const { acls } = fromBinary(peer.ACLsSchema, valueAt(group, ['Application'], 'ACLs'));
    expect(
      Object.fromEntries(Object.entries(acls).map(([name, { policyRef }]) => [name, policyRef])),
    ).toEqual(DEFAULT_ACLS);
    const anchors = valueAt(group, ['Application', 'Org2MSP'], 'AnchorPeers');
    expect(fromBinary(peer.AnchorPeersSchema, anchors).anchorPeers).toMatchObject([
      { host: 'peer0.org2.example.com', port: 7051 },
    ]);
  });

  it('sets the quorum in main alone, changed by what changes the group', () => {
    const [main, checking] = ['main', 'checking'].map((channel) =>
      flattened(groupOf(blockOf({ ...topology, quorum: 3 }, channel))),
    );
    const path = '/Channel/Application CotraceQuorum';
    expect(main?.get(path)).toMatch(/^Admins 1 /);
    expect(checking?.has(path)).toBe(false);
    const bytes = genesisBlock({ ...topology, quorum: 3 }, 'main', dir);
    expect(ChannelConfig.fromBlock(bytes).quorum).toBe(3);
    expect(ChannelConfig.fromBlock(genesisBlock(topology, 'main', dir)).quorum).toBe(2);
  });

  it('names the orderer in its organisation alone from V3_0 on', () => {
    const endpoints = (group: common.ConfigGroup): string[] =>
      fromBinary(common.OrdererAddressesSchema, valueAt(group, ['Orderer', 'OrdererMSP'], 'Endpoints'))
        .addresses;
    const [older, newer] = [groupOf(blockOf()), groupOf(blockOf({ ...topology, capability: 'V3_0' }))];
    expect(endpoints(older)).toEqual(['orderer.example.com:7050']);
    expect(endpoints(newer)).toEqual(['orderer.example.com:7050']);
    expect(Object.keys(older.values)).toContain('OrdererAddresses');
    expect(Object.keys(newer.values)).not.toContain('OrdererAddresses');
    expect(toHex(valueAt(newer, [], 'Capabilities'))).toBe('0a080a0456335f301200');
  });

  it('keeps its maps sorted by key', () => {
    const check = ({ groups, values, policies }: common.ConfigGroup): void => {
      for (const map of [groups, values, policies]) expect(Object.keys(map)).toEqual(Object.keys(map).sort());
      Object.values(groups).forEach(check);
    };
    check(groupOf(blockOf()));
  });
});

const data = resolve(
  fileURLToPath(new URL('../..', import.meta.url)),
  process.env['COTRACE_DATA'] ?? '../shared/data',
);
const ledgerFile = join(data, 'fabric-ledgers/sample_bad_ledger.blockfile');
// Needs block 0 of a ledger that configtxgen, cryptogen and Fabric made.
const withLedger = existsSync(ledgerFile) ? describe : describe.skip;

withLedger("beside a genesis block of Fabric's own tools", () => {
  let theirs: common.ConfigGroup;

  beforeAll(() => {
    const [first] = readBlockFile(new Uint8Array(readFileSync(ledgerFile)));
    if (first === undefined) throw new Error('the ledger is empty');
    theirs = groupOf(first);
  });

  it('has the same groups, values and policies, byte for byte where the settings are the same', () => {
    const ours = flattened(groupOf(decodeBlock(genesisBlock(topology, 'main', dir))));
    const different: string[] = [];
    for (const [path, entry] of flattened(theirs)) {
      const ourPath = path.replace('/OrdererOrg', '/OrdererMSP');
      if (!ours.has(ourPath)) different.push(`missing ${ourPath}`);
      else if (ours.get(ourPath) !== entry) different.push(ourPath);
      ours.delete(ourPath);
    }
    expect(different.sort()).toEqual([
      '/Channel/Application/Org1MSP:MSP',
      '/Channel/Application/Org2MSP:MSP',
      '/Channel/Application:Capabilities',
      '/Channel/Orderer/OrdererMSP:MSP',
      '/Channel/Orderer:BatchSize',
      '/Channel/Orderer:BatchTimeout',
      '/Channel/Orderer:ConsensusType',
    ]);
    expect([...ours.keys()].filter((path) => !path.includes('Org3MSP')).sort()).toEqual([
      '/Channel/Application CotraceQuorum',
      '/Channel/Application/Org1MSP:AnchorPeers',
      '/Channel/Application/Org2MSP:AnchorPeers',
      '/Channel/Application:ACLs',
    ]);
  });

  it('names its consenter and Raft options as theirs does', () => {
    const raft = (group: common.ConfigGroup): orderer.RaftConfigMetadata => {
      const { type, metadata } = fromBinary(
        orderer.ConsensusTypeSchema,
        valueAt(group, ['Orderer'], 'ConsensusType'),
      );
      expect(type).toBe('etcdraft');
      return fromBinary(orderer.RaftConfigMetadataSchema, metadata);
    };
    const [ours, original] = [raft(groupOf(decodeBlock(genesisBlock(topology, 'main', dir)))), raft(theirs)];
    const named = ({ consenters }: orderer.RaftConfigMetadata): [string, number][] =>
      consenters.map(({ host, port }) => [host, port]);
    expect(named(ours)).toEqual(named(original));
    expect(ours.options).toMatchObject({ tickInterval: '500ms', electionTick: 10, heartbeatTick: 1 });
  });

  it('makes of their MSP folder, restored from their block, their MSP configuration byte for byte', () => {
    for (const path of [
      ['Application', 'Org1MSP'],
      ['Application', 'Org2MSP'],
      ['Orderer', 'OrdererOrg'],
    ]) {
      const original = valueAt(theirs, path, 'MSP');
      const config = fromBinary(
        common.FabricMSPConfigSchema,
        fromBinary(common.MSPConfigSchema, original).config,
      );
      const folder = mkdtempSync(join(tmpdir(), 'cotrace-msp-'));
      try {
        restoreMspFolder(folder, config);
        expect(toHex(toBinary(common.MSPConfigSchema, mspConfigOfFolder(folder, config.name)))).toBe(
          toHex(original),
        );
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    }
  });
});

/** Writes the folder that an MSP configuration with NodeOUs was made from. */
function restoreMspFolder(folder: string, config: common.FabricMSPConfig): void {
  const write = (path: string, bytes: Uint8Array | string): void => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), bytes);
  };
  config.rootCerts.forEach((bytes, i) => write(`cacerts/${i}.pem`, bytes));
  config.intermediateCerts.forEach((bytes, i) => write(`intermediatecerts/${i}.pem`, bytes));
  config.admins.forEach((bytes, i) => write(`admincerts/${i}.pem`, bytes));
  config.tlsRootCerts.forEach((bytes, i) => write(`tlscacerts/${i}.pem`, bytes));
  const ous = config.fabricNodeOus;
  const identifiers = {
    Client: ous?.clientOuIdentifier,
    Peer: ous?.peerOuIdentifier,
    Admin: ous?.adminOuIdentifier,
    Orderer: ous?.ordererOuIdentifier,
  };
  const lines = Object.entries(identifiers).map(([name, identifier]) => {
    const withCertificate = (identifier?.certificate.length ?? 0) > 0;
    const certificate = withCertificate ? '\n    Certificate: cacerts/0.pem' : '';
    return `  ${name}OUIdentifier:\n    OrganizationalUnitIdentifier: ${identifier?.organizationalUnitIdentifier ?? ''}${certificate}\n`;
  });
  write('config.yaml', `NodeOUs:\n  Enable: true\n${lines.join('')}`);
}
