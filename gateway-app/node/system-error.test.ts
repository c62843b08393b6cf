import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { describe as told } from './log.js';

const folder = mkdtempSync(join(tmpdir(), 'cotrace-system-error-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function textOf(act: () => void): string {
  try {
    act();
  } catch (error) {
    return told(error);
  }
  throw new Error('nothing failed');
}

describe('an error of the system', () => {
  const file = join(folder, 'file');
  writeFileSync(file, '');

  it.each([
    ['a missing file', () => readFileSync(join(folder, 'none')), 'ENOENT', 'no such file or folder'],
    ['a folder in place of a file', () => readFileSync(folder), 'EISDIR', 'a folder, not a file'],
    ['a file in place of a folder', () => readFileSync(join(file, 'x')), 'ENOTDIR', 'not a folder'],
    ['a folder that is there', () => mkdirSync(file), 'EEXIST', 'give another path'],
  ])('is told as a sentence with what to do: %s', (_, act, code, sentence) => {
    const text = textOf(act);
    expect(text).toContain(`[${code}]`);
    expect(text).toContain(sentence);
    // Node's own words: `ENOENT: no such file or directory, open '…'`.
    expect(text).not.toMatch(/(?:open|mkdir) '|illegal operation/);
  });

  it('keeps the words of errors that are none of the system', () => {
    expect(told(Object.assign(new Error('odd'), { code: 'E_ODD', path: 'x' }))).toBe('[E_ODD] odd');
    expect(told(Object.assign(new Error('odd'), { code: 'toString', path: 'x' }))).toBe('[toString] odd');
  });
});
