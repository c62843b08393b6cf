import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { Contract } from '@hyperledger/fabric-gateway';
import { stringify } from 'yaml';
import { checkBlock } from '@cotrace/fabric-model';
import { parseTopology, type Topology } from '../topology.js';
import { openLedger } from './ledger/ledger.js';
import { genesisBlock } from '../config/genesis.js';
import { nodeVerifier } from '../identity/verifier.js';
import { text } from './testing/asset-network.js';
import { ChaincodeProcess } from './testing/chaincode-process.js';
import { connectGateway, type Connection } from './testing/gateway-client.js';
import { bundleServer, ServerProcess, type ServerBundle } from './testing/server-process.js';
import { temporaryFolder } from './testing/test-network.js';

const TOPOLOGY = stringify({
  organisations: [1, 2].map((n) => ({ name: `org${n}`, mspId: `Org${n}MSP`, domain: `org${n}.example.com` })),
  batch: { timeout: '20ms' },
});

// Processes start here, on machines that may be busy.
jest.setTimeout(60_000);

describe('the network as a process', () => {
  const folder = temporaryFolder();
  const config = join(folder.dir, 'config.json');
  const stateDir = join(folder.dir, 'state');
  let topology: Topology;
  let bundle: ServerBundle;
  let chaincode: ChaincodeProcess;
  let server: ServerProcess;
  let connection: Connection;
  let contract: Contract;

  beforeAll(async () => {
    topology = parseTopology(TOPOLOGY);
    bundle = await bundleServer();
    chaincode = await ChaincodeProcess.start('asset:1');
    const topologyFile = join(folder.dir, 'topology.yaml');
    writeFileSync(topologyFile, TOPOLOGY);
    const deployment = { channel: 'main', name: 'asset', version: '1.0', sequence: 1, packageId: 'asset:1' };
    const addresses = { org1: chaincode.address, org2: chaincode.address };
    writeFileSync(
      config,
      JSON.stringify({ topology: topologyFile, dir: stateDir, deployments: [{ ...deployment, addresses }] }),
    );
    server = await ServerProcess.start(bundle, config);
    connection = connectGateway({ topology, networkInfo: server.info }, 'org1');
    contract = connection.gateway.getNetwork('main').getContract('asset');
  });

  afterAll(async () => {
    connection.close();
    await chaincode.kill();
    bundle.remove();
    folder.remove();
  });

  /** Until the network and its chaincode answer again. */
  const untilItAnswers = async (): Promise<void> => {
    const deadline = Date.now() + 30_000;
    for (;;) {
      try {
        await contract.evaluateTransaction('caller');
        return;
      } catch (error) {
        if (Date.now() > deadline) throw error;
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    }
  };

  it('writes where it listens, and has its chaincodes defined by then', () => {
    expect(JSON.parse(readFileSync(join(stateDir, 'devnet.json'), 'utf8'))).toEqual(server.info);
    expect(Object.keys(server.info.peers)).toEqual(['org1', 'org2']);
  });

  it('goes on at the same addresses after a kill, with everything that was acknowledged', async () => {
    await untilItAnswers();
    const acknowledged: string[] = [];
    for (let round = 0; round < 3; round++) {
      const submitted = Array.from({ length: 10 }, async (_, i) => {
        const id = `r${round}-${i}`;
        await contract.submitTransaction('put', id, 'v');
        acknowledged.push(id);
      });
      // Killed while some are committed and others on their way.
      await Promise.race(submitted);
      await server.end('SIGKILL');
      await Promise.allSettled(submitted);
      const before = server.info;
      server = await ServerProcess.start(bundle, config);
      expect(server.info).toEqual({ ...before, processId: server.info.processId });
      await untilItAnswers();
    }
    expect(acknowledged.length).toBeGreaterThanOrEqual(3);
    for (const id of acknowledged) expect(text(await contract.evaluateTransaction('read', id))).toBe('v');
    await contract.submitTransaction('put', 'after', 'v');
  }, 120_000);

  it('ends cleanly on SIGTERM, leaving a chain without a gap', async () => {
    expect(await server.end('SIGTERM')).toBe(0);
    const ledger = await openLedger({
      dir: join(stateDir, 'ledgers', 'main'),
      channelId: 'main',
      genesisBlock: genesisBlock(topology, 'main', join(stateDir, 'crypto')),
      verifier: nodeVerifier,
    });
    try {
      expect(ledger.height).toBeGreaterThan(3n);
      let previous: Parameters<typeof checkBlock>[1];
      for (let blockNum = 0n; blockNum < ledger.height; blockNum++) {
        const block = (await ledger.block(blockNum))?.block;
        if (block === undefined) throw new Error(`block ${String(blockNum)} is missing`);
        checkBlock(block, previous);
        previous = block;
      }
    } finally {
      await ledger.close();
    }
  });

  it('says what is wrong with its configuration', async () => {
    const deployments = [{ channel: 'main' }];
    writeFileSync(
      config,
      JSON.stringify({ topology: join(folder.dir, 'topology.yaml'), dir: stateDir, deployments }),
    );
    await expect(ServerProcess.start(bundle, config)).rejects.toThrow(
      /the server ended with 1: DEVNET_CONFIG: .*: deployments\[0\]\.name is missing; it must be text/,
    );
  });
});
