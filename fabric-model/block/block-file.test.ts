import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { concat, isCotraceError, utf8 } from '@cotrace/core';
import { blockOf, type Block } from './block.js';
import { blockFileEntry, readBlockFile, readEntryLength } from './block-file.js';
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

  it('its blocks are written as the peer wrote them', () => {
    const bytes = readFileSync(new URL('sample_prod.blockfile', data));
    const written = concat(...ledger('sample_prod').map(blockFileEntry));
    expect(Buffer.from(written).equals(bytes)).toBe(true);
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

describe('an entry of a ledger file', () => {
  const parts = { number: 300n, previousHash: utf8('previous'), dataHash: utf8('data') };
  const entryOf = (envelope: Uint8Array) =>
    blockFileEntry({ ...parts, envelopes: [envelope, utf8('b')], metadata: [new Uint8Array(), utf8('m')] });

  it.each([0, 1, 100, 127, 128, 20_000])('is read as it was written: an envelope of %i bytes', (length) => {
    const entry = entryOf(new Uint8Array(length));
    expect(readEntryLength(entry, 0)).toBe(entry.length);
    const metadata = [new Uint8Array(), utf8('m')];
    const envelopes = [new Uint8Array(length), utf8('b')];
    expect([...readBlockFile(concat(entry, entry))]).toEqual([
      blockOf({ ...parts, envelopes, metadata }),
      blockOf({ ...parts, envelopes, metadata }),
    ]);
  });

  it('has no length where that is cut off', () => {
    const entry = entryOf(new Uint8Array(20_000));
    expect(readEntryLength(entry.subarray(0, 2), 0)).toBeNull();
    expect(readEntryLength(entry.subarray(0, 3), 0)).toBe(entry.length);
    expect(readEntryLength(entry, entry.length)).toBeNull();
  });
});
