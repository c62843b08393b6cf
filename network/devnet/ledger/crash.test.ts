import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { symlink } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { toHex } from '@cotrace/core';
import { checkBlock, commitHashOf, verifyBlockSignature } from '@cotrace/fabric-model';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { build } from 'esbuild';
import { TestChannel } from './testing/test-channel.js';
import type { CommittedBlock, Ledger } from './types.js';

const ROOT = resolve(import.meta.dirname, '../../..');
const KILLS = process.env['CI_DEEP'] === '1' ? 50 : 3;

let channel: TestChannel;
let program: string;

beforeAll(async () => {
  channel = await TestChannel.create();
  program = join(channel.dir, 'commit-forever.mjs');
  await symlink(join(ROOT, 'node_modules'), join(channel.dir, 'node_modules'));
  await build({
    entryPoints: [join(import.meta.dirname, 'testing/commit-forever.ts')],
    outfile: program,
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    alias: {
      '@cotrace/core': join(ROOT, 'core/index.ts'),
      '@cotrace/fabric-model': join(ROOT, 'fabric-model/index.ts'),
    },
  });
}, 30_000);
afterAll(() => channel.remove());

/** Lets the program commit, kills it at a random moment, and gives the blocks that it was told are committed. */
async function commitUntilKilled(): Promise<Map<bigint, string>> {
  const child = spawn(process.execPath, [program, channel.dir], { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = once(child, 'close');
  const lines = createInterface({ input: child.stdout });
  const acknowledged = new Map<bigint, string>();
  lines.on('line', (line) => {
    const [number = '', hash = ''] = line.split(' ');
    acknowledged.set(BigInt(number), hash);
  });
  await Promise.race([once(lines, 'line'), exited]);
  await delay(Math.random() * 300);
  child.kill('SIGKILL');
  const [, signal] = (await exited) as [number | null, string | null];
  expect(signal).toBe('SIGKILL');
  return acknowledged;
}

async function allBlocks(ledger: Ledger): Promise<CommittedBlock[]> {
  const blocks: CommittedBlock[] = [];
  for (let blockNum = 0n; blockNum < ledger.height; blockNum++) {
    const block = await ledger.block(blockNum);
    if (block === null) throw new Error(`block ${blockNum} is missing`);
    blocks.push(block);
  }
  return blocks;
}

/** State and history of every key of a ledger, as text. */
async function contentOf(ledger: Ledger): Promise<string[]> {
  const simulator = ledger.simulator('');
  const content: string[] = [];
  for (const namespace of ['_lifecycle', 'goods']) {
    const cursor = simulator.range(namespace, '', '');
    for (let entry = await cursor.next(); entry !== null; entry = await cursor.next()) {
      content.push(`${namespace} ${entry.key} ${toHex(entry.value)}`);
      const history = simulator.history(namespace, entry.key);
      for (let change = await history.next(); change !== null; change = await history.next()) {
        content.push(`  ${change.txId} ${String(change.isDelete)} ${toHex(change.value)}`);
      }
    }
  }
  content.push(toHex(simulator.results()));
  await simulator.close();
  return content;
}

describe('a ledger whose process is killed', () => {
  it(
    'holds every acknowledged block, and the state that its blocks give, and goes on',
    async () => {
      const acknowledged = new Map<bigint, string>();
      for (let kill = 0; kill < KILLS; kill++) {
        const news = await commitUntilKilled();
        expect(news.size).toBeGreaterThan(0);
        for (const [blockNum, hash] of news) {
          expect(acknowledged.has(blockNum)).toBe(false);
          acknowledged.set(blockNum, hash);
        }
        const ledger = await channel.open();
        const blocks = await allBlocks(ledger);
        for (const [blockNum, hash] of acknowledged) {
          expect(toHex(blocks[Number(blockNum)]?.block.headerHash ?? new Uint8Array())).toBe(hash);
        }
        for (const [i, { block, transactions }] of blocks.entries()) {
          if (i > 0) checkBlock(block, blocks[i - 1]?.block);
          if (i > 0) verifyBlockSignature(block, ledger.config, ledger.manager);
          for (const { txId } of transactions) expect(ledger.transaction(txId)?.blockNum).toBe(block.number);
        }
        await ledger.close();
      }
      const survivor = await channel.open();
      const replay = await channel.open('replay');
      for (const { block } of (await allBlocks(survivor)).slice(1)) {
        const again = await replay.commit(block.envelopes, channel.signBlock);
        expect(again.block.headerHash).toEqual(block.headerHash);
        expect(commitHashOf(again.block)).toEqual(commitHashOf(block));
      }
      expect(await contentOf(survivor)).toEqual(await contentOf(replay));
      await Promise.all([survivor.close(), replay.close()]);
    },
    KILLS * 20_000,
  );
});
