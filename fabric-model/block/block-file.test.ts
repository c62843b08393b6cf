import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { isCotraceError } from '@cotrace/core';
import type { Block } from './block.js';
import { readBlockFile } from './block-file.js';
import { blockErrors } from './check-block.js';
import { headerHash } from './header.js';
import { commitHashOf, lastConfigIndex, transactionsFilter } from './metadata.js';

const root = new URL('../../', import.meta.url);
const data = new URL(`${process.env['COTRACE_DATA'] ?? '../shared/data'}/fabric-ledgers/`, root);
const given = existsSync(data) ? describe : describe.skip;

function ledger(name: string): Block[] {
  return [...readBlockFile(readFileSync(new URL(`${name}.blockfile`, data)))];
}

/** Codes of what is wrong, per block that has something wrong. */
function damage(blocks: readonly Block[]): { blockNum: number; codes: string[] }[] {
  return blocks
    .map((block, i) => ({
      blockNum: Number(block.number),
      codes: blockErrors(block, blocks[i - 1]).map((error) => error.code),
    }))
    .filter(({ codes }) => codes.length > 0);
}

given('ledger files of real Fabric peers (skipped without the data folder)', () => {
  it.each([
    ['sample_prod', 0n],
    ['sample_ledger_from_snapshot', 3n],
  ])('every block of %s has the right number, previous hash and data hash', (name, first) => {
    const blocks = ledger(name);
    expect(blocks[0]?.number).toBe(first);
    expect(damage(blocks)).toEqual([]);
    for (const block of blocks) {
      expect(block.headerHash).toEqual(headerHash(block.number, block.previousHash, block.dataHash));
      expect(transactionsFilter(block)).toHaveLength(block.envelopes.length);
      expect(lastConfigIndex(block)).toBeLessThanOrEqual(block.number);
      expect(commitHashOf(block)?.length).toBe(block.number === 0n ? undefined : 32);
    }
  });

  it('the damaged ledger fails at exactly the blocks that its expected-errors file names', () => {
    const codes: Readonly<Record<string, string>> = {
      'DataHash mismatch': 'DATA_HASH',
      'PreviousHash mismatch': 'PREVIOUS_HASH',
    };
    const expected = JSON.parse(
      readFileSync(new URL('sample_bad_ledger.expected-errors.json', data), 'utf8'),
    ) as { blockNum: number; errors: string[] }[];
    expect(damage(ledger('sample_bad_ledger'))).toEqual(
      expected.map(({ blockNum, errors }) => ({ blockNum, codes: errors.map((error) => codes[error]) })),
    );
  });

  it('two envelopes glued together have the right data hash and are found by their form', () => {
    expect(damage(ledger('glued_together'))).toEqual([{ blockNum: 8, codes: ['WELL_FORMED'] }]);
  });

  it('a file that a crash cut off yields its whole blocks and then says so', () => {
    const bytes = readFileSync(new URL('sample_prod.blockfile', data));
    const whole = ledger('sample_prod').length;
    const blocks: Block[] = [];
    let failure: unknown;
    try {
      for (const block of readBlockFile(bytes.subarray(0, bytes.length - 100))) blocks.push(block);
    } catch (error) {
      failure = error;
    }
    expect(blocks).toHaveLength(whole - 1);
    expect(isCotraceError(failure, 'TRUNCATED_BLOCK_FILE')).toBe(true);
  });
});
