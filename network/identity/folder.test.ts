import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { removeUnfinished, writeFolder } from './folder.js';

describe('writing a folder', () => {
  let dir: string;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'cotrace-folder-'));
  });
  afterEach(() => rmSync(dir, { recursive: true, force: true }));

  it('writes every file, secret ones for their owner alone, and leaves nothing beside it', async () => {
    await writeFolder(join(dir, 'a', 'b'), [
      { path: ['x', 'y', 'deep.txt'], text: 'deep' },
      { path: ['keystore', 'priv_sk'], text: 'secret', secret: true },
      { path: ['top.txt'], text: 'top' },
    ]);
    expect(readdirSync(join(dir, 'a'))).toEqual(['b']);
    expect(readFileSync(join(dir, 'a/b/x/y/deep.txt'), 'utf8')).toBe('deep');
    expect(readFileSync(join(dir, 'a/b/top.txt'), 'utf8')).toBe('top');
    expect(statSync(join(dir, 'a/b/keystore/priv_sk')).mode & 0o777).toBe(0o600);
    expect(statSync(join(dir, 'a/b/keystore')).mode & 0o777).toBe(0o700);
  });

  it('leaves nothing where a file cannot be written', async () => {
    const files = [
      { path: ['same'], text: '1' },
      { path: ['same'], text: '2' },
    ];
    await expect(writeFolder(join(dir, 'a'), files)).rejects.toMatchObject({ code: 'EEXIST' });
    expect(readdirSync(dir)).toEqual([]);
  });

  it('changes nothing in a folder that is already there', async () => {
    mkdirSync(join(dir, 'a'));
    writeFileSync(join(dir, 'a', 'mine'), 'kept');
    await expect(writeFolder(join(dir, 'a'), [{ path: ['mine'], text: 'new' }])).rejects.toMatchObject({
      code: 'ENOTEMPTY',
    });
    expect(readdirSync(dir)).toEqual(['a']);
    expect(readFileSync(join(dir, 'a', 'mine'), 'utf8')).toBe('kept');
  });

  it('removes what was left unfinished and nothing else', async () => {
    for (const name of ['.new-1', '.new-2', 'new', '.other'])
      mkdirSync(join(dir, name, 'sub'), { recursive: true });
    await removeUnfinished(dir);
    await removeUnfinished(join(dir, 'nowhere'));
    expect(readdirSync(dir).sort()).toEqual(['.other', 'new']);
  });
});
