import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { start } from './start.js';
import { connectGateway } from './testing/gateway-client.js';
import { quickTopology, temporaryFolder } from './testing/test-network.js';

const deployment = {
  channel: 'main',
  name: 'asset',
  version: '1.0',
  sequence: 1,
  packageId: 'asset:1',
  addresses: { org1: '127.0.0.1:1' },
};

// Processes start here, on machines that may be busy.
jest.setTimeout(60_000);

describe('starting the embedded network', () => {
  let folder: ReturnType<typeof temporaryFolder>;

  beforeEach(() => {
    folder = temporaryFolder();
  });

  afterEach(() => folder.remove());

  it('makes it from nothing, and finds it again: same chains, same definitions, same addresses', async () => {
    const first = await start({ topology: quickTopology(), dir: folder.dir, deployments: [deployment] });
    const info = first.networkInfo;
    const tip = first.ledger('main').tip;
    await first.stop();
    const second = await start({ topology: quickTopology(), dir: folder.dir, deployments: [deployment] });
    expect(second.networkInfo).toEqual(info);
    expect(second.ledger('main').tip).toEqual(tip);
    expect(second.ledger('main').height).toBe(3n);
    expect(second.ledger('main').definition('asset')).toMatchObject({ sequence: 1n, version: '1.0' });
    expect(JSON.parse(readFileSync(join(folder.dir, 'devnet.json'), 'utf8'))).toEqual(info);
    await second.stop();
    await second.stop();
  });

  it('starts in well under a second where the certificates are there', async () => {
    const options = { topology: quickTopology(), dir: folder.dir };
    await (await start(options)).stop();
    const before = process.cpuUsage();
    const network = await start(options);
    const { user, system } = process.cpuUsage(before);
    await network.stop();
    expect((user + system) / 1e6).toBeLessThan(1);
  });

  it('takes the ports that are asked for, and fails where they are taken, leaving nothing open', async () => {
    const first = await start({ topology: quickTopology(), dir: folder.dir });
    const port = Number(first.networkInfo.peers['org2']?.address.split(':')[1]);
    const other = temporaryFolder();
    const listen = { peers: { org2: port } };
    await expect(start({ topology: quickTopology(), dir: other.dir, listen })).rejects.toThrow();
    expect(existsSync(join(other.dir, 'devnet.json'))).toBe(false);
    await first.stop();
    const second = await start({ topology: quickTopology(), dir: other.dir, listen });
    expect(second.networkInfo.peers['org2']?.address).toBe(`127.0.0.1:${port}`);
    await second.stop();
    other.remove();
  });

  it('takes another port where that of the last time is gone', async () => {
    const first = await start({ topology: quickTopology(), dir: folder.dir });
    const { peers } = first.networkInfo;
    await first.stop();
    const other = temporaryFolder();
    const squatter = await start({
      topology: quickTopology(),
      dir: other.dir,
      listen: { peers: { org1: Number(peers['org1']?.address.split(':')[1]) } },
    });
    const second = await start({ topology: quickTopology(), dir: folder.dir });
    expect(second.networkInfo.peers['org1']?.address).not.toBe(peers['org1']?.address);
    await second.stop();
    await squatter.stop();
    other.remove();
  });

  it('deploys once: again is nothing new, another definition needs the next sequence', async () => {
    const network = await start({ topology: quickTopology(), dir: folder.dir });
    try {
      await network.deploy(deployment);
      await network.deploy(deployment);
      expect(network.ledger('main').height).toBe(3n);
      await expect(network.deploy({ ...deployment, version: '2.0' })).rejects.toMatchObject({
        code: 'DEFINITION_CONFLICT',
      });
      await network.deploy({ ...deployment, version: '2.0', sequence: 2 });
      expect(network.ledger('main').definition('asset')).toMatchObject({ sequence: 2n, version: '2.0' });
      await expect(network.deploy({ ...deployment, sequence: 9 })).rejects.toMatchObject({
        code: 'DEPLOY_FAILED',
      });
      await expect(network.deploy({ ...deployment, name: 'a b' })).rejects.toMatchObject({
        code: 'DEPLOY_FAILED',
      });
      await expect(network.deploy({ ...deployment, channel: 'x' })).rejects.toMatchObject({
        code: 'UNKNOWN_CHANNEL',
      });
      await expect(network.deploy({ ...deployment, addresses: { org9: 'x' } })).rejects.toMatchObject({
        code: 'UNKNOWN_ORGANISATION',
      });
      const [transaction] = (await network.ledger('main').block(1n))?.transactions ?? [];
      expect(transaction).toMatchObject({ code: 0, chaincode: '_lifecycle' });
    } finally {
      await network.stop();
    }
  });

  it('stops while clients wait, ending their calls', async () => {
    const network = await start({ topology: quickTopology(), dir: folder.dir });
    const connection = connectGateway(network, 'org1');
    const main = connection.gateway.getNetwork('main');
    const events = await main.getChaincodeEvents('asset');
    const ended = expect(events[Symbol.asyncIterator]().next()).rejects.toThrow();
    await main.getContract('qscc').evaluateTransaction('GetChainInfo', 'main');
    await network.stop();
    await ended;
    events.close();
    connection.close();
  });
});
