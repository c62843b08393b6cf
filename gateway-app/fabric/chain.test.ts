import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { fromHex } from '@cotrace/core';
import { blockOf, BLOCK_METADATA, dataHash, peer, type Block } from '@cotrace/fabric-model';
import { nodeVerifier } from '@cotrace/network';
import { codeOf } from '../testing/codes.js';
import { TestChain } from '../testing/test-chain.js';
import { TestNetwork } from '../testing/test-network.js';
import { configuration, definition, put, withoutOrganisation } from '../testing/transactions.js';
import { Chain, type Checkpoint } from './chain.js';

jest.setTimeout(30_000);

let network: TestNetwork;
let blocks: TestChain;

beforeAll(async () => {
  network = await TestNetwork.create();
});

afterAll(async () => {
  await network.remove();
});

function chainAt(checkpoint: Checkpoint | null = null, of = network): Chain {
  return new Chain(fromHex(of.consortium.channels.main.genesisHeaderHash, 32), nodeVerifier, checkpoint);
}

/** A chain that has followed `blocks` to the end. */
function followed(): { chain: Chain; checkpoint: Checkpoint | null; members: string[][] } {
  const chain = chainAt();
  let checkpoint: Checkpoint | null = null;
  const members: string[][] = [];
  while (chain.next < blocks.height) {
    const checked = chain.check(blocks.block(chain.next).bytes);
    members.push(checked.main.members.map(({ mspId }) => mspId));
    checkpoint = checked.checkpoint;
    chain.advance(checkpoint);
  }
  return { chain, checkpoint, members };
}

function fresh(): void {
  blocks = new TestChain(network);
  blocks.add([definition(network, 'goods')]);
}

/** A block with other metadata of one kind. */
function withMetadata(block: Block, index: number, bytes: Uint8Array): Uint8Array {
  const metadata = [...block.metadata];
  metadata[index] = bytes;
  return blockOf({ ...block, metadata }).bytes;
}

describe('a chain', () => {
  it('follows from the genesis block on, block by block, and goes on from where it stood', () => {
    fresh();
    const { checkpoint } = followed();
    expect(checkpoint?.number).toBe(1n);
    const restarted = chainAt(checkpoint);
    expect(restarted.next).toBe(2n);
    const block = blocks.add([put(network, 'goods', { a: '1' })]);
    expect(restarted.check(block.bytes).checkpoint.headerHash).toEqual(block.headerHash);
  });

  it('stays where it is until it is told to advance', () => {
    fresh();
    const chain = chainAt();
    chain.check(network.genesis);
    chain.check(network.genesis);
    expect(chain.next).toBe(0n);
  });

  it('refuses another genesis block, and a channel that begins later', async () => {
    fresh();
    const foreign = network.sibling('staging');
    expect(await codeOf(() => chainAt().check(foreign.genesis))).toBe('GENESIS_BLOCK');
    const config = blocks.add([configuration(network)]);
    expect(await codeOf(() => chainAt().check(config.bytes))).toBe('GENESIS_BLOCK');
    const plain = blocks.add([put(network, 'goods', { a: '1' })]);
    expect(await codeOf(() => chainAt().check(plain.bytes))).toBe('GENESIS_BLOCK');
  });

  const forgeries: readonly (readonly [string, string, () => Uint8Array])[] = [
    ['the same again', 'BLOCK_NUMBER', () => blocks.block(1n).bytes],
    [
      'that skips one',
      'BLOCK_NUMBER',
      () => {
        const longer = new TestChain(network);
        longer.adopt(blocks.block(1n));
        longer.add([put(network, 'goods', { a: '1' })]);
        return longer.add([put(network, 'goods', { a: '2' })]).bytes;
      },
    ],
    [
      'of a fork',
      'PREVIOUS_HASH',
      () => {
        const fork = new TestChain(network);
        fork.add([definition(network, 'retail')]);
        return fork.add([put(network, 'goods', { a: '1' })]).bytes;
      },
    ],
    [
      'with another transaction than it was signed with',
      'DATA_HASH',
      () => {
        const block = blocks.make([put(network, 'goods', { a: '1' })]);
        return blockOf({ ...block, envelopes: [put(network, 'goods', { a: '2' })] }).bytes;
      },
    ],
    [
      'whose header was written again without the ordering service',
      'BLOCK_SIGNATURE',
      () => {
        const block = blocks.make([put(network, 'goods', { a: '1' })]);
        const envelopes = [put(network, 'goods', { a: '2' })];
        return blockOf({ ...block, envelopes, dataHash: dataHash(envelopes) }).bytes;
      },
    ],
    [
      "with a member's signature in place of the ordering service's",
      'BLOCK_SIGNATURE',
      () => blocks.make([put(network, 'goods', { a: '1' })], [], network.organisation(0).peer).bytes,
    ],
    [
      'without a signature',
      'BLOCK_SIGNATURE',
      () =>
        withMetadata(
          blocks.make([put(network, 'goods', { a: '1' })]),
          BLOCK_METADATA.signatures,
          new Uint8Array(),
        ),
    ],
    ['that is no block', 'BAD_PROTOBUF', () => Uint8Array.of(0xff)],
    ['that is empty', 'BLOCK_INCOMPLETE', () => new Uint8Array()],
    [
      'that brings a configuration without organisations of its own',
      'BAD_CONFIG',
      () =>
        blocks.make([
          configuration(network, (channel) => {
            delete channel.groups['Application'];
          }),
        ]).bytes,
    ],
  ];

  it.each(forgeries)('refuses a block %s: %s', async (_title, code, forge) => {
    fresh();
    const { chain } = followed();
    expect(await codeOf(() => chain.check(forge()))).toBe(code);
    const next = blocks.add([put(network, 'goods', { z: '1' })]);
    expect(chain.check(next.bytes).checkpoint.number).toBe(2n);
  });
});

describe('a configuration block', () => {
  it('changes the membership from the next block on, restarts included', () => {
    fresh();
    blocks.add([configuration(network, withoutOrganisation('Org3MSP'))]);
    blocks.add([put(network, 'goods', { a: '1' })]);
    const { checkpoint, members } = followed();
    const [all, less] = [
      ['Org1MSP', 'Org2MSP', 'Org3MSP'],
      ['Org1MSP', 'Org2MSP'],
    ];
    expect(members).toEqual([all, all, all, less]);
    expect(checkpoint?.configBlock).toEqual(blocks.block(2n).bytes);
    const block = blocks.add([put(network, 'goods', { a: '2' })]);
    expect(
      chainAt(checkpoint)
        .check(block.bytes)
        .main.members.map(({ mspId }) => mspId),
    ).toEqual(less);
  });

  it('that the peers found invalid changes nothing', () => {
    fresh();
    blocks.add(
      [configuration(network, withoutOrganisation('Org3MSP'))],
      [peer.TxValidationCode.INVALID_OTHER_REASON],
    );
    blocks.add([put(network, 'goods', { a: '1' })]);
    expect(followed().members.at(-1)).toHaveLength(3);
  });
});
