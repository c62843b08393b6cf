import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { asNobody, MAY_BE_OTHERS } from '../testing/as-nobody.js';
import { trustPath } from '../client/trust.js';
import { requireWritable, writeText, writeWhole } from './write-text.js';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cotrace-write-'));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

const refused = { code: 'NO_FILE' };
/** Root may write everywhere. */
const asRoot = MAY_BE_OTHERS ? it : it.skip;

describe('a file that a command is to write', () => {
  it('may be new or there, and asking makes none', () => {
    const path = join(folder, 'proof.json');
    requireWritable(path);
    expect(existsSync(path)).toBe(false);
    writeText(path, 'text');
    requireWritable(path);
    expect(readFileSync(path, 'utf8')).toBe('text');
    writeWhole(join(folder, 'made', 'trust.json'), 'text');
    expect(readFileSync(join(folder, 'made', 'trust.json'), 'utf8')).toBe('text');
  });

  it('is refused before the work where it could not be written after it', () => {
    writeFileSync(join(folder, 'file'), '');
    for (const path of [folder, join(folder, 'none', 'proof.json'), join(folder, 'file', 'proof.json')]) {
      expect(() => requireWritable(path)).toThrow(expect.objectContaining(refused));
      expect(() => writeText(path, '')).toThrow(expect.objectContaining(refused));
    }
    expect(() => writeWhole(join(folder, 'file', 'trust.json'), '')).toThrow(
      expect.objectContaining(refused),
    );
  });

  it('is said to be a folder where it is one', () => {
    const cause = { code: 'NO_FILE', message: `${folder} is a folder` };
    expect(() => requireWritable(folder)).toThrow(
      expect.objectContaining({ cause: expect.objectContaining(cause) as unknown }),
    );
  });

  asRoot('is refused where the user may not write', async () => {
    writeFileSync(join(folder, 'file'), '');
    await asNobody(() => {
      for (const path of [join(folder, 'proof.json'), join(folder, 'file')]) {
        expect(() => requireWritable(path)).toThrow(expect.objectContaining(refused));
      }
      return Promise.resolve();
    });
  });
});

const asUser = MAY_BE_OTHERS ? it.skip : it;

asUser('a file that is read-only is refused, in a folder where others may be written', () => {
  const path = join(folder, 'file');
  writeFileSync(path, '', { mode: 0o400 });
  expect(() => requireWritable(path)).toThrow(expect.objectContaining(refused));
});

asUser('a file is written in a folder that is read-only, where it is there and others may not be', () => {
  const path = join(folder, 'file');
  writeFileSync(path, '');
  chmodSync(folder, 0o500);
  requireWritable(path);
  expect(() => requireWritable(join(folder, 'new'))).toThrow(expect.objectContaining(refused));
  chmodSync(folder, 0o700);
});

describe('the trust file', () => {
  it("is the one that is given, or the network's own", () => {
    writeFileSync(join(folder, 'trust.json'), '');
    expect(trustPath(null, folder)).toBe(join(folder, 'trust.json'));
    expect(trustPath('mine.json', folder)).toBe('mine.json');
  });

  it('is asked for by its option where there is none', () => {
    expect(() => trustPath(null, folder)).toThrow(/--trust FILE/);
    expect(() => trustPath(null, folder)).toThrow(expect.objectContaining({ code: 'USAGE' }));
  });
});
