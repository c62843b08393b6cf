import { create, toBinary } from '@bufbuild/protobuf';
import { encodeCheckingHeader, toBase64url, utf8 } from '@cotrace/core';
import { ChannelConfig, common, computeUpdate, isConfigBlock } from '@cotrace/fabric-model';
import {
  changeBatch,
  changedBy,
  genesisBlock,
  removeOrganisation,
  updateEnvelope,
  type Change,
} from '@cotrace/network';
import type { Network } from '@hyperledger/fabric-gateway';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { TestChain } from '../testing/test-chain.js';
import { TestNetwork } from '../testing/test-network.js';
import { configuration, definition, withoutOrganisation, withQuorumPolicy } from '../testing/transactions.js';
import { checkUpdate } from './check-update.js';

const C = 4;
const STARTED =
  'cycles are still to be sealed by 3 of Org1MSP, Org2MSP, Org3MSP, Org4MSP, the members since block 0';

let network: TestNetwork;

beforeAll(async () => {
  network = await TestNetwork.create({ organisations: 4 });
});
afterAll(() => network.remove());

/** A header of cycle 1 that names the configuration of block `configBlock`. */
function header(configBlock: bigint): Uint8Array {
  const hash = new Uint8Array(32);
  return encodeCheckingHeader({
    networkId: network.terms.networkId,
    checkNum: 1n,
    previousHeaderHash: hash,
    historyRoot: hash,
    parts: 0,
    bodyRoot: hash,
    cyclePointBlock: BigInt(C),
    cyclePointHeaderHash: hash,
    intervalSummary: hash,
    trieRoot: hash,
    anchored: 0n,
    anchorBlock: 0n,
    configBlock,
    membership: hash,
    rules: 1,
  });
}

/** A channel as the own peer serves it: main's blocks, and what the contract of the other one has recorded. */
function served(name: string, chain: TestChain, recorded: readonly Uint8Array[]): Network {
  const evaluate = (what: string, argument: string): Uint8Array => {
    if (what === 'GetBlockByNumber') return chain.block(BigInt(argument)).bytes;
    const cycles = recorded.map((bytes, i) => ({ cycle: String(i + 1), header: toBase64url(bytes) }));
    return utf8(JSON.stringify(cycles));
  };
  const info = create(common.BlockchainInfoSchema, { height: chain.height });
  const contract = {
    newProposal: () => ({
      evaluate: () => Promise.resolve(toBinary(common.BlockchainInfoSchema, info)),
    }),
    evaluateTransaction: (what: string, first: string, second: string) =>
      Promise.resolve(evaluate(what, what === 'GetBlockByNumber' ? second : first)),
  };
  return { getName: () => name, getContract: () => contract } as unknown as Network;
}

interface Told {
  /** The chain of main. */
  readonly chain: TestChain;
  readonly recorded?: readonly Uint8Array[];
  readonly channel?: 'main' | 'checking';
}

/** What is said of an update that makes these changes. */
async function told({ chain, recorded = [], channel = 'main' }: Told, ...changes: readonly Change[]) {
  const { topology, layout } = network;
  let newest = chain.height - 1n;
  while (newest > 0n && !isConfigBlock(chain.block(newest))) newest -= 1n;
  const configs = {
    main: ChannelConfig.fromBlock(chain.block(newest).bytes),
    checking: ChannelConfig.fromBlock(genesisBlock(topology, 'checking', layout.dir)),
  };
  const { group } = configs[channel];
  const update = computeUpdate(channel, group, changedBy(group, ...changes));
  const envelope = updateEnvelope(channel, update, [network.organisation(0).admin]);
  const channels = {
    main: { network: served('main', chain, recorded), config: configs.main },
    checking: { network: served('checking', chain, recorded), config: configs.checking },
    c: C,
  };
  return checkUpdate(channels, toBinary(common.EnvelopeSchema, envelope));
}

/** Main with so many blocks more; `others` are some of them, by their numbers. */
function mainOf(blocks: number, others: Readonly<Record<number, Uint8Array>> = {}): TestChain {
  const chain = new TestChain(network);
  for (let block = 1; block <= blocks; block++) chain.add([others[block] ?? definition(network, 'goods')]);
  return chain;
}

describe('an update of a channel that is looked at before anybody signs it', () => {
  it('may leave as many members as seal the open cycles, and not fewer', async () => {
    const chain = mainOf(2);
    expect(await told({ chain }, removeOrganisation('Org4MSP'))).toEqual([]);
    expect(await told({ chain }, removeOrganisation('Org4MSP'), removeOrganisation('Org2MSP'))).toEqual([
      expect.stringContaining(`${STARTED}; of them this update leaves Org1MSP, Org3MSP in both channels`),
    ]);
  });

  it('may not take them from the channel on which they endorse', async () => {
    const change = ['Org1MSP', 'Org2MSP', 'Org3MSP'].map(removeOrganisation);
    expect(await told({ chain: mainOf(1), channel: 'checking' }, ...change)).toEqual([
      expect.stringContaining('of them this update leaves Org4MSP in both channels'),
    ]);
  });

  it('may change what is no membership', async () => {
    expect(await told({ chain: mainOf(9) }, changeBatch({ maxMessageCount: 7 }))).toEqual([]);
  });

  it('is judged by the members from the last sealed cycle on', async () => {
    const smaller = configuration(network, (channel) => {
      withoutOrganisation('Org4MSP')(channel);
      withQuorumPolicy(2)(channel);
    });
    const chain = mainOf(C + 1, { 2: smaller });
    const leaving = removeOrganisation('Org3MSP');
    expect(await told({ chain, recorded: [header(2n)] }, leaving)).toEqual([]);
    expect(await told({ chain }, leaving)).toEqual([
      expect.stringContaining(`${STARTED}; of them this update leaves Org1MSP, Org2MSP in both channels`),
    ]);
  });

  it('is not thought safe where sealing stands still', async () => {
    const chain = mainOf(66 * C);
    expect(await told({ chain }, removeOrganisation('Org4MSP'))).toEqual([
      expect.stringContaining('none of the newest 64 cycles is sealed'),
    ]);
  });

  it('is refused where it is none of the configuration in force', async () => {
    const chain = mainOf(2, { 2: configuration(network, withoutOrganisation('Org4MSP')) });
    await expect(told({ chain }, removeOrganisation('Org9MSP'))).rejects.toMatchObject({
      code: 'CHANNEL_UPDATE',
    });
    await expect(told({ chain })).rejects.toMatchObject({ code: 'CONFIG_UPDATE' });
  });
});
