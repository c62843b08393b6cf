import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { join } from 'node:path';
import { channelPolicyReference, ChannelConfig } from '@cotrace/fabric-model';
import {
  genesisBlock,
  loadIdentity,
  loadTls,
  outOfPeersPolicy,
  servicePackage,
  type ChaincodePackage,
} from '@cotrace/network';
import { defineChaincodes } from '../deploy/backends/lifecycle.js';
import { findOrganisation } from '../node/node-config.js';
import { RunningDevnet } from '../testing/running-devnet.js';
import { TestNetwork } from '../testing/test-network.js';
import { checkSealing, sealingProblems, type SealingTerms } from './check-sealing.js';

describe('what sealing rests on', () => {
  let network: TestNetwork;
  let good: SealingTerms;
  const members = ['Org1MSP', 'Org2MSP', 'Org3MSP'];

  const config = (channel: string, of = network.topology) =>
    ChannelConfig.fromBlock(genesisBlock(of, channel, network.layout.dir));

  beforeAll(async () => {
    network = await TestNetwork.create();
    const policy = outOfPeersPolicy(2, members);
    good = {
      main: config('main'),
      checking: config('checking'),
      policies: { anchor: policy, checking: policy },
    };
  });

  afterAll(() => network.remove());

  const withAnchor = (anchor: Uint8Array | null): string[] =>
    sealingProblems({ ...good, policies: { ...good.policies, anchor } });

  it('is well where both definitions ask for as many members’ peers as the quorum, in any order', () => {
    expect(sealingProblems(good)).toEqual([]);
    expect(withAnchor(outOfPeersPolicy(2, ['Org3MSP', 'Org1MSP', 'Org2MSP']))).toEqual([]);
  });

  it.each([
    ['the channel’s own policy', () => channelPolicyReference()],
    ['too few', () => outOfPeersPolicy(1, members)],
    ['too many', () => outOfPeersPolicy(3, members)],
    ['a member less', () => outOfPeersPolicy(2, members.slice(1))],
    ['one member twice', () => outOfPeersPolicy(2, ['Org1MSP', 'Org1MSP', 'Org2MSP'])],
    ['a stranger', () => outOfPeersPolicy(2, ['Org1MSP', 'Org2MSP', 'MillMSP'])],
    ['nothing that can be read', () => Uint8Array.of(1, 2, 3)],
  ])('is not with %s', (_, policy) => {
    expect(withAnchor(policy())).toEqual([
      "chaincode anchor on channel main must have the policy OutOf(2, 'Org1MSP.peer', 'Org2MSP.peer', 'Org3MSP.peer'): approve and commit it with the next sequence",
    ]);
  });

  it('is not where a quorum was raised, a definition is missing, or a member is not in the other channel', () => {
    expect(sealingProblems({ ...good, main: config('main', { ...network.topology, quorum: 3 }) })).toEqual([
      expect.stringContaining('chaincode anchor on channel main must have the policy OutOf(3,'),
      expect.stringContaining('chaincode checking on channel checking must have the policy OutOf(3,'),
    ]);
    expect(withAnchor(null)).toEqual([
      'chaincode anchor is not committed on channel main: approve and commit it',
    ]);
    const organisations = network.topology.organisations.slice(0, 2);
    expect(
      sealingProblems({ ...good, checking: config('checking', { ...network.topology, organisations }) }),
    ).toEqual([expect.stringContaining('Org3MSP is not a member of channel checking')]);
  });
});

describe('a network that is asked what sealing rests on', () => {
  let devnet: RunningDevnet;

  beforeAll(async () => {
    devnet = await RunningDevnet.start();
  });

  afterAll(() => devnet.stop());

  it('has no definitions at first, and fitting ones once they are deployed', async () => {
    const { topology, layout, consortium } = devnet;
    const [own] = topology.organisations;
    if (own === undefined) throw new Error('there are two');
    const folder = layout.user(own, 'User1');
    const context = {
      consortium,
      organisation: findOrganisation(consortium, own.mspId),
      identity: loadIdentity(join(folder, 'msp'), own.mspId),
      tls: loadTls(join(folder, 'tls')),
    };
    expect(await checkSealing(context)).toEqual([
      expect.stringContaining('chaincode anchor is not committed'),
      expect.stringContaining('chaincode checking is not committed'),
    ]);
    const chaincode: ChaincodePackage = await servicePackage('label_1');
    const packages = { trace: chaincode, checking: chaincode };
    const stillStarting = () => undefined;
    const wanted = {
      topology: { ...topology, domains: [] },
      packages,
      configurations: devnet.configurations,
      progress: () => undefined,
      stillStarting,
    };
    await defineChaincodes(wanted, layout, consortium);
    expect(await checkSealing(context)).toEqual([]);
  });
});
