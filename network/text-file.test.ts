import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { isCotraceError } from '@cotrace/core';
import { readTextFile } from './text-file.js';

let dir: string;

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'cotrace-text-'));
});

afterAll(() => {
  rmSync(dir, { recursive: true });
});

function outcomeOf(path: string): unknown[] {
  try {
    return [readTextFile(path, 'CONFIG', '; is the path right?')];
  } catch (error) {
    if (!isCotraceError(error)) throw error;
    return [error.code, error.message];
  }
}

it('text in UTF-8 is read as it is', () => {
  const path = join(dir, 'good.json');
  writeFileSync(path, '{"milk": "Käse \ufeff"}\n');
  expect(outcomeOf(path)).toEqual(['{"milk": "Käse \ufeff"}\n']);
});

it('anything else is refused with the file and the place, and is not guessed at', () => {
  const path = join(dir, 'latin1.json');
  writeFileSync(path, Buffer.from('{"milk": "K\xe4se"}', 'latin1'));
  expect(outcomeOf(path)).toEqual([
    'BAD_UTF8',
    `${path} is not text in UTF-8: its byte 12 is wrong; save it as UTF-8`,
  ]);
});

it('a file that cannot be read is refused with what the caller says of it', () => {
  const path = join(dir, 'missing.json');
  expect(outcomeOf(path)).toEqual(['CONFIG', `${path} cannot be read; is the path right?`]);
});
