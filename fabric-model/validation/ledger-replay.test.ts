import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { toHex } from '@cotrace/core';
import { readBlockFile } from '../block/block-file.js';
import type { Block } from '../block/block.js';
import { verifyBlockSignature } from '../block/block-signature.js';
import { isConfigBlock } from '../block/check-block.js';
import { commitHashOf, transactionsFilter } from '../block/metadata.js';
import { ChannelConfig } from '../config/channel-config.js';
import type { MspManager } from '../identity/manager.js';
import { definitionFromState, definitionKeys, definitionWrites } from '../lifecycle/definition.js';
import { commitHash } from '../mvcc/commit-hash.js';
import { computeTxId, proposalHash } from '../transaction/builders.js';
import { domainsOf } from '../transaction/domains.js';
import { decodeEnvelope } from '../transaction/envelope.js';
import { rwsetDefects } from '../transaction/rwset.js';
import { decodeTransaction, type Transaction } from '../transaction/transaction.js';
import { checkEnvelope } from './check-envelope.js';
import { MemoryState } from './testing/memory-state.js';

const root = new URL('../../', import.meta.url);
const data = new URL(`${process.env['COTRACE_DATA'] ?? '../shared/data'}/fabric-ledgers/`, root);
const given = existsSync(data) ? describe : describe.skip;

function ledger(name: string): Block[] {
  return [...readBlockFile(readFileSync(new URL(`${name}.blockfile`, data)))];
}

/** A peer's work over a ledger: signatures, codes and commit hashes of every block, from its own state. */
class Replayer {
  readonly state = new MemoryState();
  #config: ChannelConfig | null = null;
  #manager: MspManager | null = null;
  #commitHash: Uint8Array | null = null;

  /** Codes and commit hash that this replay finds; block signatures are checked on the way. */
  async add(block: Block): Promise<{ codes: number[]; commitHash: Uint8Array | null }> {
    if (this.#config !== null && this.#manager !== null) {
      verifyBlockSignature(block, this.#config, this.#manager);
    }
    if (isConfigBlock(block)) {
      // A genesis block is signed by nobody and validated by nobody.
      this.#config = ChannelConfig.fromBlock(block.bytes);
      this.#manager = this.#config.manager();
    }
    const { codes, updates } = await this.state.commit(block, (envelope) => this.#judge(block, envelope));
    const previous = this.#commitHash ?? (block.number === 1n ? new Uint8Array() : null);
    this.#commitHash =
      previous === null ? commitHashOf(block) : commitHash(transactionsFilter(block), updates, previous);
    return { codes, commitHash: this.#commitHash };
  }

  #judge(block: Block, envelope: Uint8Array): number {
    if (block.number === 0n) return 0;
    if (this.#config === null || this.#manager === null) throw new Error('no configuration yet');
    return checkEnvelope(envelope, {
      channelId: this.#config.channelId,
      config: this.#config,
      manager: this.#manager,
      definition: (name) => definitionFromState(name, (key) => this.state.value('_lifecycle', key)),
    });
  }
}

function transactions(blocks: readonly Block[]): { envelope: Uint8Array; transaction: Transaction }[] {
  return blocks
    .filter((block) => !isConfigBlock(block))
    .flatMap(({ envelopes }) =>
      envelopes.map((envelope) => ({ envelope, transaction: decodeTransaction(decodeEnvelope(envelope)) })),
    );
}

given('replay of real Fabric ledgers (skipped without the data folder)', () => {
  // Certificates of all three have expired since; only hashes are damaged in the bad one.
  it.each(['sample_prod', 'sample_ledger_from_snapshot', 'sample_bad_ledger'])(
    'block signatures, validation codes and commit hashes of %s are those of the peers',
    async (name) => {
      const replayer = new Replayer();
      for (const block of ledger(name)) {
        const found = await replayer.add(block);
        expect(found.codes).toEqual([...transactionsFilter(block)]);
        expect(found.commitHash && toHex(found.commitHash)).toBe(
          toHex(commitHashOf(block) ?? new Uint8Array()) || null,
        );
      }
      expect(replayer.state.entries.size).toBeGreaterThan(5);
    },
  );

  it('a block that was glued together does not carry its signature', async () => {
    const replayer = new Replayer();
    const blocks = ledger('glued_together');
    for (const block of blocks.slice(0, -1)) await replayer.add(block);
    const [last] = blocks.slice(-1);
    await expect(replayer.add(last as Block)).rejects.toMatchObject({ code: 'BLOCK_SIGNATURE' });
  });

  it.each(['sample_prod', 'sample_bad_ledger'])(
    'definitions of %s are read from the state, and written again byte by byte',
    async (name) => {
      const replayer = new Replayer();
      const blocks = ledger(name);
      for (const block of blocks) await replayer.add(block);
      const commits = transactions(blocks).filter(
        ({ transaction }) =>
          new TextDecoder().decode(transaction.input.args[0]) === 'CommitChaincodeDefinition',
      );
      expect(commits).toHaveLength(1);
      const writes = commits[0]?.transaction.rwset.find(
        ({ namespace }) => namespace === '_lifecycle',
      )?.writes;
      const chaincode = /^namespaces\/metadata\/(.+)$/.exec(writes?.at(-1)?.key ?? '')?.[1] ?? '';
      const get = (key: string): Uint8Array | null => replayer.state.value('_lifecycle', key);
      const definition = definitionFromState(chaincode, get);
      expect(definition).toMatchObject({ sequence: 1n, validationPlugin: 'vscc', endorsementPlugin: 'escc' });
      if (definition === null) return;
      expect(definitionWrites(definition)).toEqual(writes?.map(({ key, value }) => ({ key, value })));
      expect(definitionWrites(definition, get)).toEqual([]);
      const next = definitionWrites({ ...definition, sequence: 2n }, get);
      expect(next.map(({ key }) => key)).toEqual([`namespaces/fields/${chaincode}/Sequence`]);
      expect(definitionKeys(chaincode).sort()).toEqual(writes?.map(({ key }) => key).sort());
    },
  );

  it('transactions of real peers have canonical read-write sets, bound hashes and derived ids', () => {
    for (const { envelope: bytes, transaction } of transactions([
      ...ledger('sample_prod'),
      ...ledger('sample_bad_ledger'),
    ])) {
      const envelope = decodeEnvelope(bytes);
      expect(rwsetDefects(transaction.rwset)).toEqual([]);
      expect(transaction.txId).toBe(computeTxId(envelope.nonce, envelope.creator));
      expect(transaction.invoked).toBe(transaction.chaincode.name);
      expect(transaction.input.chaincode).toBe(transaction.chaincode.name);
      expect(
        proposalHash(
          envelope.channelHeaderBytes,
          transaction.actionHeader,
          transaction.chaincodeProposalPayload,
        ),
      ).toEqual(transaction.proposalHash);
      expect(domainsOf(bytes)).toEqual(transaction.invoked === '_lifecycle' ? 'all' : [transaction.invoked]);
    }
  });
});
