import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { FOLLOWING, type Standing } from './node-state.js';
import { troubleOfSpace, withStore } from './store-room.js';

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'cotrace-room-'));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('a store', () => {
  it('that can be written leaves a node’s state as it is', async () => {
    expect(await withStore(FOLLOWING, folder)).toEqual(FOLLOWING);
  });

  it('that has gone is a state, except where a person is needed already', async () => {
    const gone = join(folder, 'gone');
    expect(await withStore(FOLLOWING, gone)).toMatchObject({
      state: 'store failed',
      reason: expect.stringContaining(gone),
    });
    const disputed: Standing = { state: 'disputed', reason: 'block 5' };
    expect(await withStore(disputed, gone)).toEqual(disputed);
  });

  it('needs room for a block', () => {
    expect(troubleOfSpace(folder, 16 * 1024 * 1024)).toBeNull();
    expect(troubleOfSpace(folder, 16 * 1024 * 1024 - 1)).toMatch(/bytes left.*free space/);
  });
});
