import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { channelPolicyReference } from '@cotrace/fabric-model';
import { outOfPeersPolicy } from '../config/endorsement-policy.js';
import { readServerConfig } from './server-config.js';
import { temporaryFolder } from './testing/test-network.js';

describe('the configuration of the network’s process', () => {
  const folder = temporaryFolder();
  const topology = join(folder.dir, 'topology.yaml');
  writeFileSync(topology, 'batch: { timeout: 50ms }\n');
  afterAll(() => folder.remove());

  const read = (value: unknown): ReturnType<typeof readServerConfig> => {
    const path = join(folder.dir, 'config.json');
    writeFileSync(path, typeof value === 'string' ? value : JSON.stringify(value));
    return readServerConfig(path);
  };
  const deployment = {
    channel: 'main',
    name: 'cc',
    version: '1',
    sequence: 1,
    packageId: 'cc:1',
    addresses: { org1: '127.0.0.1:1' },
  };

  it('needs a topology and a folder', () => {
    const options = read({ topology, dir: 'state' });
    expect(options).toMatchObject({ dir: 'state', deployments: [], listen: { peers: {} } });
    expect(options.topology.batch.timeout).toBe('50ms');
  });

  it('names chaincodes and ports', () => {
    const listen = { host: '0.0.0.0', orderer: 7050, peers: { org1: 7051 } };
    expect(read({ topology, dir: 's', deployments: [deployment], listen })).toMatchObject({
      deployments: [deployment],
      listen,
    });
  });

  it('says which policies there are, and what fills packages', () => {
    const rules = { endorsement: 'ANY', lifecycleEndorsement: 'ALL' };
    const chaincodeConfig = { org1: { ccaddr: 'a:1' } };
    const policy = '/Channel/Application/Admins';
    expect(
      read({ topology, dir: 's', rules, chaincodeConfig, deployments: [{ ...deployment, policy }] }),
    ).toMatchObject({
      rules,
      chaincodeConfig,
      deployments: [{ ...deployment, policy: channelPolicyReference(policy) }],
    });
  });

  it('says how many of which organisations’ peers must endorse', () => {
    const outOf = { n: 2, mspIds: ['AMSP', 'BMSP', 'CMSP'] };
    const { deployments = [] } = read({ topology, dir: 's', deployments: [{ ...deployment, outOf }] });
    expect(deployments).toEqual([{ ...deployment, policy: outOfPeersPolicy(2, outOf.mspIds) }]);
    for (const n of [0, 4]) {
      expect(() =>
        read({ topology, dir: 's', deployments: [{ ...deployment, outOf: { ...outOf, n } }] }),
      ).toThrow('outOf.n must be a whole number from 1 to 3');
    }
  });

  it.each([
    [
      { topology, dir: 's', rules: { endorsement: 'SOME' } },
      'rules.endorsement must be one of ANY, ALL, MAJORITY',
    ],
    [
      { topology, dir: 's', chaincodeConfig: { org1: { a: 1 } } },
      'chaincodeConfig.org1.a must be text, not 1',
    ],
    ['{', 'config.json is not valid YAML'],
    [[], 'config.json:1 must be an object'],
    [{ topology, dir: '' }, 'dir must be text'],
    [
      { topology, dir: 's', extra: 1 },
      'has the unknown member "extra"; it may have topology, dir, deployments, chaincodeConfig, rules, listen',
    ],
    [{ topology, dir: 's', deployments: {} }, 'deployments must be a list'],
    [{ topology, dir: 's', deployments: [1] }, 'deployments[0] must be an object'],
    [
      { topology, dir: 's', deployments: [{ ...deployment, sequence: 0 }] },
      'deployments[0].sequence must be a whole',
    ],
    [
      { topology, dir: 's', deployments: [{ ...deployment, addresses: { org1: 1 } }] },
      'addresses.org1 must be text',
    ],
    [
      { topology, dir: 's', listen: { orderer: 65536 } },
      'listen.orderer must be a whole number from 0 to 65535',
    ],
  ])('refuses %j', (value, message) => {
    expect(() => read(value)).toThrow(message);
  });
});
