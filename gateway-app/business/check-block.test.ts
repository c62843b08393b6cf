import { clone, create } from '@bufbuild/protobuf';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { isCotraceError, MerkleTree, sha256 } from '@cotrace/core';
import fc from 'fast-check';
import {
  BusinessBlockSchema,
  DomainTransactionSchema,
  type Attestation,
  type BusinessBlock,
} from '../gen/cotrace/cotrace_pb.js';
import { attest, withMembers } from '../testing/attestations.js';
import { codeOf } from '../testing/codes.js';
import { delivery, genesisConfig, take, type Delivery, type Standing } from '../testing/take.js';
import { TestChain } from '../testing/test-chain.js';
import { TestMaster } from '../testing/test-master.js';
import { TestNetwork } from '../testing/test-network.js';
import { definition, put, transaction } from '../testing/transactions.js';
import type { AppliedBlock } from './apply-block.js';
import { DomainStore } from './domain-store.js';

const RUNS = process.env['CI_DEEP'] === '1' ? 10_000 : 100;
const MVCC_READ_CONFLICT = 11;
/** The block that is delivered, forged or not; those before it define the domains. */
const NUMBER = 3n;

// Other work on the machine must not fail a test.
jest.setTimeout(RUNS > 100 ? 900_000 : 30_000);

let network: TestNetwork;
let chain: TestChain;
let masters: TestMaster[];
let store: DomainStore;
let standing: Standing;

beforeAll(async () => {
  network = await TestNetwork.create();
  chain = new TestChain(network);
  masters = await TestMaster.openAll(network);
  store = await DomainStore.open(network.folder('state'), network.owner('org1.goods'));
  chain.add([definition(network, 'goods'), definition(network, 'retail')]);
  chain.add([put(network, 'goods', { a: 'old' })]);
  const both = { goods: { writes: { c: '3' } }, retail: { writes: { c: '3' } } };
  chain.add(
    [
      put(network, 'retail', { x: '0' }),
      put(network, 'goods', { a: '1' }),
      put(network, 'retail', { y: '0' }),
      put(network, 'goods', { b: 'never' }),
      transaction(network, { chaincode: 'retail', rwset: both }).envelope,
      put(network, 'retail', { z: '0' }),
      put(network, 'retail', { z: '1' }),
    ],
    [0, 0, 0, MVCC_READ_CONFLICT, 0, 0, 0],
  );
  chain.add([put(network, 'goods', { d: '4' })]);
  for (const master of masters) await master.follow(chain);
  standing = { network, chain, number: NUMBER, domain: 'goods', state: store, main: genesisConfig(network) };
  for (const blockNum of [0n, 1n, 2n]) {
    const applied = await take(honest(blockNum), { ...standing, number: blockNum });
    const checkpoint = { $typeName: 'cotrace.store.v1.Checkpoint', number: blockNum } as const;
    await store.advance(
      { ...checkpoint, headerHash: new Uint8Array(), configBlock: new Uint8Array() },
      applied.entries,
    );
  }
});

afterAll(async () => {
  await store.close();
  for (const master of masters) await master.close();
  await network.remove();
});

function blockOf(blockNum: bigint): BusinessBlock {
  const [master] = masters;
  if (master === undefined) throw new TypeError('there is no master');
  return master.businessBlock(blockNum, 'goods');
}

const attestationsOf = (blockNum: bigint): Attestation[] =>
  masters.map((master) => master.attestation(blockNum));
const honest = (blockNum: bigint): Delivery => delivery(blockOf(blockNum), attestationsOf(blockNum));

function leavesOf(blockNum: bigint): Uint8Array[] {
  return masters[0]?.store.block(blockNum).transactions.map(({ leaf }) => leaf) ?? [];
}

/** The delivery with something changed in its block. */
function forged(change: (block: BusinessBlock) => unknown): Delivery {
  const block = clone(BusinessBlockSchema, blockOf(NUMBER));
  change(block);
  return delivery(block, attestationsOf(NUMBER));
}

const values = ({ entries }: AppliedBlock): string[] =>
  entries.map(({ namespace, key, entry }) => `${namespace}/${key}=${new TextDecoder().decode(entry.value)}`);

describe('an honest business block', () => {
  it('is applied: the valid transactions of the domain and nothing else', async () => {
    expect(values(await take(honest(NUMBER), standing))).toEqual(['goods/a=1', 'goods/c=3']);
  });

  it('holds invalid transactions and those that write the domain from elsewhere', () => {
    expect(blockOf(NUMBER).transactions.map(({ txNum, code }) => [txNum, code])).toEqual([
      [1, 0],
      [3, MVCC_READ_CONFLICT],
      [4, 0],
    ]);
  });

  it('of a block without transactions of the domain is applied on the attestation alone', async () => {
    const [master] = masters;
    const block = master?.businessBlock(2n, 'retail') ?? create(BusinessBlockSchema);
    expect([block.transactions, block.multiproof]).toEqual([[], []]);
    const applied = await take(delivery(block, attestationsOf(2n)), {
      ...standing,
      number: 2n,
      domain: 'retail',
    });
    expect(applied.entries).toEqual([]);
  });
});

describe('a business block is refused', () => {
  const extra = () =>
    create(DomainTransactionSchema, { txNum: 6, code: 0, envelope: put(network, 'goods', { e: 'forged' }) });
  const forgeries: readonly (readonly [string, string, () => Delivery])[] = [
    ['a dropped transaction', 'WRONG_AMOUNT', () => forged(({ transactions }) => transactions.pop())],
    ['no transactions at all', 'WRONG_AMOUNT', () => forged((block) => (block.transactions = []))],
    ['an added transaction', 'WRONG_AMOUNT', () => forged(({ transactions }) => transactions.push(extra()))],
    [
      'a transaction in the place of another',
      'ROOT_MISMATCH',
      () => forged(({ transactions }) => (transactions[2] = { ...extra(), txNum: 4 })),
    ],
    [
      'a transaction in another place of the block',
      'BAD_PROOF_LENGTH',
      () => forged(({ transactions }) => (transactions[2] = extra())),
    ],
    [
      'a transaction of another domain, with its proof',
      'WRONG_DOMAIN',
      () =>
        forged((block) => {
          const { envelopes } = chain.block(NUMBER);
          const [leaves, envelope = new Uint8Array()] = [leavesOf(NUMBER), envelopes[5]];
          block.transactions[2] = create(DomainTransactionSchema, { txNum: 5, envelope });
          block.multiproof = new MerkleTree(leaves).multiproof([1, 3, 5]);
        }),
    ],
    [
      'an invalid transaction that is called valid',
      'ROOT_MISMATCH',
      () => forged(({ transactions: [, second] }) => second && (second.code = 0)),
    ],
    [
      'a valid transaction that is called invalid',
      'ROOT_MISMATCH',
      () => forged(({ transactions: [first] }) => first && (first.code = 10)),
    ],
    [
      'a code that is none',
      'BAD_TRANSACTION',
      () => forged(({ transactions: [first] }) => first && (first.code = 256)),
    ],
    [
      'a transaction number beyond the block',
      'BAD_TRANSACTION',
      () => forged(({ transactions: [, , last] }) => last && (last.txNum = 7)),
    ],
    [
      'transactions in another order',
      'BAD_TRANSACTION',
      () => forged((block) => (block.transactions = block.transactions.reverse())),
    ],
    [
      'a transaction twice in the place of another',
      'BAD_TRANSACTION',
      () => forged(({ transactions }) => (transactions[1] = transactions[0] ?? extra())),
    ],
    ['another total', 'WRONG_TOTAL', () => forged((block) => (block.txTotal = 8))],
    ['another number', 'BLOCK_NUMBER', () => forged((block) => (block.blockNum = 4n))],
    ['another domain', 'WRONG_DOMAIN', () => forged((block) => (block.domain = 'retail'))],
    ['a hash too few in its proof', 'BAD_PROOF_LENGTH', () => forged(({ multiproof }) => multiproof.pop())],
    [
      'a hash too many in its proof',
      'BAD_PROOF_LENGTH',
      () => forged(({ multiproof }) => multiproof.push(new Uint8Array(32))),
    ],
    [
      'a hash of another length in its proof',
      'BAD_HASH_LENGTH',
      () => forged(({ multiproof }) => (multiproof[0] = new Uint8Array(31))),
    ],
    [
      'swapped hashes in its proof',
      'ROOT_MISMATCH',
      () => forged(({ multiproof }) => multiproof.push(...multiproof.splice(0, 1))),
    ],
    [
      'no signature of the ordering service',
      'BLOCK_SIGNATURE',
      () => forged((block) => (block.signatures = new Uint8Array())),
    ],
    [
      "the ordering service's signature of another block",
      'BLOCK_SIGNATURE',
      () => forged((block) => (block.signatures = blockOf(2n).signatures)),
    ],
    ['an older block', 'BLOCK_NUMBER', () => delivery(blockOf(2n), attestationsOf(NUMBER))],
    ['an older block with its attestations', 'NO_QUORUM', () => honest(2n)],
    ['a later block with its attestations', 'NO_QUORUM', () => honest(4n)],
    ['attestations of an older block', 'NO_QUORUM', () => delivery(blockOf(NUMBER), attestationsOf(2n))],
    [
      'one attestation alone',
      'NO_QUORUM',
      () => delivery(blockOf(NUMBER), attestationsOf(NUMBER).slice(0, 1)),
    ],
  ];

  it.each(forgeries)('with %s: %s', async (_title, code, forge) => {
    expect(await codeOf(() => take(forge(), standing))).toBe(code);
  });

  it('when a quorum attests a block that does not follow the one before: PREVIOUS_HASH', async () => {
    const [body = new Uint8Array()] = attestationsOf(NUMBER).map((attestation) => attestation.body);
    const fork = withMembers(body, { previousHash: sha256(body) });
    const attestations = network.organisations.map(({ master }) => attest(master, fork));
    expect(await codeOf(() => take(delivery(blockOf(NUMBER), attestations), standing))).toBe('PREVIOUS_HASH');
  });

  it('when only somebody else than the ordering service has signed the header: BLOCK_SIGNATURE', async () => {
    const { envelopes, metadata } = chain.block(NUMBER);
    const codes = [...(metadata[2] ?? [])];
    // Made as the next block of a shorter chain, by an organisation's administrator.
    const shorter = new TestChain(network);
    for (const blockNum of [1n, 2n]) shorter.adopt(chain.block(blockNum));
    const rogue = shorter.make(envelopes, codes, network.organisation(0).admin);
    const signatures = rogue.metadata[0] ?? new Uint8Array();
    expect(rogue.headerHash).toEqual(chain.block(NUMBER).headerHash);
    expect(
      await codeOf(() =>
        take(
          forged((block) => (block.signatures = signatures)),
          standing,
        ),
      ),
    ).toBe('BLOCK_SIGNATURE');
  });
});

describe('whatever is changed on the way', () => {
  const anyByte = fc.record({ at: fc.nat(), flip: fc.integer({ min: 1, max: 255 }) });
  const flipped = (bytes: Uint8Array, { at, flip }: { at: number; flip: number }): Uint8Array =>
    bytes.map((byte, i) => (i === at % bytes.length ? byte ^ flip : byte));

  /** Whether the delivery is refused with a reason; anything but an error of our own fails the test. */
  async function isRefused(changed: Delivery): Promise<boolean> {
    try {
      await take(changed, standing);
      return false;
    } catch (error) {
      if (isCotraceError(error)) return error.code !== 'DISPUTED';
      throw error;
    }
  }

  it('a business block with any one byte flipped is refused', async () => {
    const { block, attestations } = honest(NUMBER);
    await fc.assert(
      fc.asyncProperty(anyByte, async (change) => {
        expect(await isRefused({ block: flipped(block, change), attestations })).toBe(true);
      }),
      { numRuns: 2 * RUNS },
    );
  });

  it('an attestation with any one byte flipped does not count', async () => {
    const { block, attestations } = honest(NUMBER);
    const [first = new Uint8Array(), second = new Uint8Array()] = attestations;
    await fc.assert(
      fc.asyncProperty(anyByte, async (change) => {
        const changed = flipped(first, change);
        expect(await codeOf(() => take({ block, attestations: [changed, second] }, standing))).toBe(
          'NO_QUORUM',
        );
        // Two honest ones are still enough beside it.
        expect(await isRefused({ block, attestations: [changed, ...attestations.slice(1)] })).toBe(false);
      }),
      { numRuns: RUNS },
    );
  });

  it('a business block cut off anywhere or continued with anything is refused or says the same', async () => {
    const { block, attestations } = honest(NUMBER);
    const before = values(await take({ block, attestations }, standing));
    await fc.assert(
      fc.asyncProperty(
        fc.nat(block.length - 1),
        fc.uint8Array({ minLength: 1, maxLength: 40 }),
        async (at, tail) => {
          expect(await isRefused({ block: block.slice(0, at), attestations })).toBe(true);
          const longer = Uint8Array.of(...block, ...tail);
          if (!(await isRefused({ block: longer, attestations }))) {
            expect(values(await take({ block: longer, attestations }, standing))).toEqual(before);
          }
        },
      ),
      { numRuns: RUNS / 2 },
    );
  });

  it('any other choice of transactions, in any order, is refused', async () => {
    const { transactions } = blockOf(NUMBER);
    const all = chain.block(NUMBER).envelopes.map((envelope, txNum) => {
      const code = chain.block(NUMBER).metadata[2]?.[txNum] ?? 0;
      return create(DomainTransactionSchema, { txNum, code, envelope });
    });
    const others = fc
      .array(fc.nat(all.length - 1), { maxLength: 2 * all.length })
      .filter((choice) => choice.join() !== transactions.map(({ txNum }) => txNum).join());
    await fc.assert(
      fc.asyncProperty(others, async (choice) => {
        const chosen = choice.map((i) => all[i] ?? create(DomainTransactionSchema));
        expect(await isRefused(forged((block) => (block.transactions = chosen)))).toBe(true);
      }),
      { numRuns: RUNS },
    );
  });
});
