import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, jest } from '@jest/globals';
import {
  findFabric,
  loadIdentity,
  loadTls,
  ordererNodes,
  parseTopology,
  startFabric,
} from '@cotrace/network';
import { waitForLeader } from '../../network/fabric/leader.js';

jest.setTimeout(120_000);

it('a network that is up has a leader at every ordering node, on every channel', async () => {
  const topology = parseTopology('orderer: { consensus: raft, nodes: 3 }\n');
  const dir = mkdtempSync(join(tmpdir(), 'cotrace-leader-'));
  const network = await startFabric({ topology, dir, binaries: findFabric(process.env), chaincodes: {} });
  try {
    const { layout, parts } = network;
    const reader = loadIdentity(join(layout.ordererAdmin(), 'msp'), topology.orderer.mspId);
    const attempts = ordererNodes(topology).map(({ name, host: serverName }) => {
      const { ca } = loadTls(join(layout.orderer(name), 'tls'));
      const target = { address: `127.0.0.1:${parts.ports[name] ?? 0}`, serverName, ca, reader };
      return waitForLeader(target, Object.values(topology.channels), () => {
        throw new Error(`${name} follows no leader`);
      });
    });
    await expect(Promise.all(attempts)).resolves.toHaveLength(3);
  } finally {
    await network.stop();
    rmSync(dir, { recursive: true, force: true });
  }
});
