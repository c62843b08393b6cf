import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { BLOCK_METADATA, dataHash, encodeBlock, readBlockFile, type Block } from '@cotrace/fabric-model';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { nodeVerifier } from '../../identity/verifier.js';
import { openLedger } from './ledger.js';

const ROOT = resolve(import.meta.dirname, '../../..');
const DATA = join(resolve(ROOT, process.env['COTRACE_DATA'] ?? '../shared/data'), 'fabric-ledgers');
/** Without the ledgers of real peers (COTRACE_DATA) there is nothing to compare with. */
const describeWithData = existsSync(DATA) ? describe : describe.skip;

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'cotrace-real-'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

function readBlocks(name: string): Block[] {
  return [...readBlockFile(new Uint8Array(readFileSync(join(DATA, name))))];
}

describeWithData('ledgers written by real Fabric peers', () => {
  it.each([
    ['with private data of organisations', 'sample_prod.blockfile', 8, 'marbles', 1n],
    ['with changes of configuration', 'sample_bad_ledger.blockfile', 10, 'basic', 2n],
  ])(
    'come out byte by byte when their transactions are ordered and validated again: one %s',
    async (_, file, length, chaincode, configSequence) => {
      const [genesis, ...blocks] = readBlocks(file);
      if (genesis === undefined) throw new Error('the block file is empty');
      expect(blocks).toHaveLength(length - 1);
      const ledger = await openLedger({
        dir: join(dir, 'ledger'),
        channelId: 'mychannel',
        // One of them has a damaged data hash in block 0, on purpose.
        genesisBlock: encodeBlock({ ...genesis, dataHash: dataHash(genesis.envelopes) }),
        verifier: nodeVerifier,
      });
      for (const { envelopes, metadata, bytes } of blocks) {
        const signatures = metadata[BLOCK_METADATA.signatures] ?? new Uint8Array();
        const committed = await ledger.commit(envelopes, () => signatures);
        expect(Buffer.from(committed.bytes).equals(bytes)).toBe(true);
      }
      expect(await ledger.definitionNames()).toEqual([chaincode]);
      expect(ledger.config.sequence).toBe(configSequence);
      await ledger.close();
    },
  );
});
