import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { build } from 'esbuild';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ConcurrentTrie, createArena, PlainTrie, toHex, utf8 } from '@cotrace/core';
import { loadTrie, saveTrie } from './snapshot.js';
import { changesOf } from './testing/changes.js';

const DEEP = process.env['CI_DEEP'] === '1';
const KILLS = DEEP ? 50 : 3;
const BLOCKS = 60;
const MEMORY = 64 << 20;

const repository = fileURLToPath(new URL('../..', import.meta.url));

let folder: string;
let path: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cotrace-trie-'));
  path = join(folder, 'trie');
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Roots after 0, 1, 2 … blocks. */
async function rootsOf(blocks: number): Promise<string[]> {
  const plain = new PlainTrie();
  const roots: string[] = [toHex((await plain.commit()).root)];
  for (let block = 1; block <= blocks; block++) {
    await plain.apply(changesOf(block));
    roots.push(toHex((await plain.commit()).root));
  }
  return roots;
}

function load(memory = MEMORY): ConcurrentTrie {
  const loaded = loadTrie(path, memory);
  if (loaded === null) throw new TypeError('there is no snapshot');
  expect(loaded.note).toEqual(utf8('note'));
  return new ConcurrentTrie(loaded.arena);
}

async function saved(blocks: number): Promise<void> {
  const arena = createArena(MEMORY);
  const trie = new ConcurrentTrie(arena);
  for (let block = 1; block <= blocks; block++) {
    await trie.apply(changesOf(block));
    await trie.commit();
  }
  await saveTrie(path, arena, utf8('note'));
}

describe('a snapshot of the trie', () => {
  it('is the trie again, in as much memory or more, and goes on to the same roots', async () => {
    const roots = await rootsOf(6);
    await saved(3);
    for (const memory of [MEMORY, 2 * MEMORY]) {
      const trie = load(memory);
      expect(toHex(trie.root())).toBe(roots[3]);
      for (let block = 4; block <= 6; block++) {
        await trie.apply(changesOf(block));
        expect(toHex((await trie.commit()).root)).toBe(roots[block]);
      }
    }
  });

  it('is none where nothing was saved', () => {
    expect(loadTrie(path, MEMORY)).toBeNull();
  });

  it('of other kernels is none, for their layout may be another', async () => {
    await saved(1);
    const bytes = readFileSync(path);
    bytes[40] = bytes[40] === 0x61 ? 0x62 : 0x61;
    writeFileSync(path, bytes);
    expect(loadTrie(path, MEMORY)).toBeNull();
  });

  it('is refused with any byte changed, cut off or added, and where it does not fit', async () => {
    await saved(3);
    const { size } = statSync(path);
    const whole = readFileSync(path);
    const refused = () =>
      expect(() => loadTrie(path, MEMORY)).toThrow(expect.objectContaining({ code: 'BAD_SNAPSHOT' }));
    for (const at of [5, 300, 9000, size - 40_000, size - 1]) {
      const changed = Buffer.from(whole);
      changed[at] = (changed[at] ?? 0) ^ 1;
      writeFileSync(path, changed);
      refused();
    }
    for (const length of [0, 3, 100, size - 1]) {
      writeFileSync(path, whole);
      truncateSync(path, length);
      refused();
    }
    writeFileSync(path, Buffer.concat([whole, Buffer.of(0)]));
    refused();
    writeFileSync(path, whole);
    expect(() => loadTrie(path, 45 << 20)).not.toThrow();
  });
});

describe('a process that is killed, in the midst of a commit or of a snapshot', () => {
  it(`is back at a block’s root ${KILLS} times, and gets to the last one`, async () => {
    const program = join(folder, 'replayer.mjs');
    await build({
      entryPoints: [join(repository, 'gateway-app/trie/testing/replayer.ts')],
      alias: { '@cotrace/core': join(repository, 'core/index.ts') },
      bundle: true,
      platform: 'node',
      format: 'esm',
      outfile: program,
      logLevel: 'silent',
    });
    const roots = await rootsOf(BLOCKS);
    for (let kill = 0; kill <= KILLS; kill++) {
      const child = spawn(process.execPath, [program, folder, String(BLOCKS)], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      let said = '';
      let timer: NodeJS.Timeout | undefined;
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        said += text;
        // From when it has loaded on; the last one lives.
        if (kill < KILLS) timer ??= setTimeout(() => child.kill('SIGKILL'), (kill * 37) % 150);
      });
      await once(child, 'close');
      clearTimeout(timer);
      const states = said.trim().split('\n');
      for (const state of states) {
        const [block = '', root] = state.split(' ');
        expect(root).toBe(roots[Number(block)]);
      }
      if (kill === KILLS) expect(states.at(-1)).toBe(`${BLOCKS} ${roots[BLOCKS] ?? ''}`);
    }
  }, 600_000);
});
