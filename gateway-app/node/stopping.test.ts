import { spawnSync } from 'node:child_process';
import { getMaxListeners } from 'node:events';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, jest } from '@jest/globals';
import { startBusinessNode } from '../business/business-node.js';
import { startMaster } from '../master/master-node.js';
import { connectPeers, peerOf, TestConsortium } from '../testing/test-consortium.js';

const module = fileURLToPath(new URL('../dist/node/stopping.js', import.meta.url));

describe('what stops a node', () => {
  it('may be listened to by everything that waits, without a warning of a leak', () => {
    const warned = (made: string) => {
      const script = `import { stoppingController } from ${JSON.stringify(module)};
        const { signal } = ${made};
        for (let i = 0; i < 40; i++) signal.addEventListener('abort', () => undefined);`;
      const options = { encoding: 'utf8' } as const;
      const { stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], options);
      return stderr;
    };
    expect(warned('new AbortController()')).toContain('MaxListenersExceededWarning');
    expect(warned('stoppingController()')).toBe('');
  });

  it('is that in masters and business nodes', async () => {
    const stderr = jest.spyOn(process.stderr, 'write').mockReturnValue(true);
    const consortium = await TestConsortium.create({ domains: ['goods'] });
    const signals: AbortSignal[] = [];
    async function* seen<T>(signal: AbortSignal, from: AsyncIterable<T>): AsyncGenerator<T> {
      signals.push(signal);
      yield* from;
    }
    async function* nothing(): AsyncGenerator<never> {}
    const peer = peerOf(consortium.chain);
    const blocks: typeof peer.blocks = (blockNum, signal) => seen(signal, peer.blocks(blockNum, signal));
    const source = {
      name: 'org1.master',
      attestations: (_from: bigint, signal: AbortSignal) => seen(signal, nothing()),
    };
    const nodes = [
      await startMaster(
        consortium.configOf('org1.master'),
        consortium.consortium,
        connectPeers(consortium.chain, { blocks }),
      ),
      await startBusinessNode(consortium.configOf('org1.goods'), consortium.consortium, () => ({
        origins: [],
        sources: [source],
        sealed: [],
        headers: [],
        ranks: [],
        close: () => undefined,
      })),
    ];
    try {
      expect(signals.map((signal) => getMaxListeners(signal))).toEqual([Infinity, Infinity]);
    } finally {
      for (const node of nodes) await node.stop();
      await consortium.close();
      stderr.mockRestore();
    }
  });
});
