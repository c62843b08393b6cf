import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fromBinary } from '@bufbuild/protobuf';
import { fromUtf8 } from '@cotrace/core';
import { ChannelConfig, common, decodeBlock, orderer } from '@cotrace/fabric-model';
import { afterAll, describe, expect, it } from '@jest/globals';
import { ensureCrypto } from '../identity/ensure.js';
import { loadIdentity } from '../identity/signer.js';
import { parseTopology } from '../topology.js';
import { genesisBlock } from './genesis.js';

const dir = mkdtempSync(join(tmpdir(), 'cotrace-consensus-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

async function ordererGroup(text: string): Promise<{
  readonly config: ChannelConfig;
  readonly group: common.ConfigGroup;
  readonly identities: readonly string[];
}> {
  const topology = parseTopology(text);
  const cryptoDir = mkdtempSync(join(dir, 'crypto-'));
  const layout = await ensureCrypto(topology, cryptoDir);
  const local = (port: number) => ({ host: '127.0.0.1', port });
  const names = ['orderer', 'orderer2', 'orderer3', 'orderer4'].slice(0, topology.orderer.nodes);
  const addresses = {
    orderers: Object.fromEntries(names.map((name, i) => [name, local(7050 + i)])),
    anchors: Object.fromEntries(topology.organisations.map(({ name }, i) => [name, local(9050 + i)])),
  };
  const { envelopes } = decodeBlock(genesisBlock(topology, 'main', cryptoDir, addresses));
  const payload = fromBinary(
    common.PayloadSchema,
    fromBinary(common.EnvelopeSchema, envelopes[0] ?? new Uint8Array()).payload,
  );
  const envelope = fromBinary(common.ConfigEnvelopeSchema, payload.data);
  const group = envelope.config?.channelGroup?.groups['Orderer'];
  if (group === undefined) throw new Error('no orderer group');
  return {
    config: ChannelConfig.fromConfigEnvelope(payload.data, 'main'),
    group,
    identities: names.map(
      (name) => loadIdentity(join(layout.orderer(name), 'msp'), 'OrdererMSP').certificate,
    ),
  };
}

const valueOf = (group: common.ConfigGroup, name: string) => group.values[name]?.value ?? new Uint8Array();

describe('the orderer group of a genesis block', () => {
  it('names every Raft node where it is reached', async () => {
    const { config, group } = await ordererGroup('orderer: {nodes: 3}');
    const { type, metadata } = fromBinary(orderer.ConsensusTypeSchema, valueOf(group, 'ConsensusType'));
    expect(type).toBe('etcdraft');
    expect(config.bft).toBe(false);
    const { consenters } = fromBinary(orderer.RaftConfigMetadataSchema, metadata);
    expect(consenters.map(({ host, port }) => `${host}:${port}`)).toEqual([
      '127.0.0.1:7050',
      '127.0.0.1:7051',
      '127.0.0.1:7052',
    ]);
    const certificates = consenters.map(({ serverTlsCert }) => fromUtf8(serverTlsCert));
    expect(new Set(certificates).size).toBe(3);
  });

  it('names every BFT node with its identity, and asks for the signatures of three of four', async () => {
    const { config, group, identities } = await ordererGroup('orderer: {consensus: bft}');
    expect(fromBinary(orderer.ConsensusTypeSchema, valueOf(group, 'ConsensusType')).type).toBe('BFT');
    expect(config.bft).toBe(true);
    const { consenterMapping } = fromBinary(common.OrderersSchema, valueOf(group, 'Orderers'));
    expect(
      consenterMapping.map(({ id, host, port, mspId, identity }) => [
        id,
        host,
        port,
        mspId,
        fromUtf8(identity),
      ]),
    ).toEqual(identities.map((identity, i) => [i + 1, '127.0.0.1', 7050 + i, 'OrdererMSP', identity]));
    const policy = group.policies['BlockValidation']?.policy;
    const { rule, identities: principals } = fromBinary(
      common.SignaturePolicyEnvelopeSchema,
      policy?.value ?? new Uint8Array(),
    );
    expect(rule?.type).toMatchObject({ case: 'nOutOf', value: { n: 3 } });
    expect(principals).toHaveLength(4);
  });
});
