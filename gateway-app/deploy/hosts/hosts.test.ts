import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { X509Certificate } from 'node:crypto';
import { loadIdentity } from '@cotrace/network';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { loadClient, readClientConfig } from '../../client/client-config.js';
import { loadTrust } from '../../client/trust.js';
import { readConsortium } from '../../consortium/read.js';
import { readProcessConfig } from '../../node/process-config.js';
import { foundingConfigurations } from '../../testing/founding-configurations.js';
import { Workspace } from '../../workspace/workspace.js';
import { withLock } from '../lock.js';
import { deployHosts, prepareHosts, type HostTools } from './hosts.js';

const TOPOLOGY = `
organisations:
  - { name: one, mspId: OneMSP, domain: one.example.com }
  - { name: two, mspId: TwoMSP, domain: two.example.com }
domains: [goods, retail]
`;

let folder: string;
let workspace: Workspace;
let said: string[];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'cotrace-hosts-'));
  workspace = new Workspace(join(folder, 'home'));
  writeFileSync(join(folder, 'topology.yaml'), TOPOLOGY);
  said = await prepare();
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Makes the files, and returns what is said. */
async function prepare(): Promise<string[]> {
  const lines: string[] = [];
  await prepareHosts(workspace, join(folder, 'topology.yaml'), '/stores', (line) => lines.push(line));
  return lines;
}

describe('files for hosts of their own', () => {
  it('name the addresses that firewalls and other hosts know', () => {
    const { nodes, organisations } = readConsortium(workspace.consortium);
    expect(Object.fromEntries(nodes.map(({ name, address }) => [name, address]))).toEqual({
      'one.master': 'one.master:7060',
      'two.master': 'two.master:7060',
      'one.goods': 'one.business:7061',
      'one.retail': 'one.business:7062',
      'two.goods': 'two.business:7061',
      'two.retail': 'two.business:7062',
      'one.client': null,
      'two.client': null,
    });
    expect(organisations.map(({ peer }) => peer.address)).toEqual([
      'peer0.one.example.com:7051',
      'peer0.two.example.com:7051',
    ]);
  });

  it('tell each process where it listens and keeps its stores', () => {
    const { nodes } = readProcessConfig(join(workspace.configs, 'one.business.json'));
    expect(nodes.map(({ listen, storeDir }) => [listen, storeDir])).toEqual([
      ['0.0.0.0:7061', '/stores/one.goods'],
      ['0.0.0.0:7062', '/stores/one.retail'],
    ]);
  });

  it('tell each master where it serves the checking contract, and with what it submits', () => {
    const [master] = readProcessConfig(join(workspace.configs, 'two.master.json')).nodes;
    expect(master?.contract).toMatchObject({ listen: '0.0.0.0:9997', tls: false });
    expect(master?.contract?.packageId).toMatch(/^cotrace-checking_1:[0-9a-f]{64}$/);
    const { certificate } = loadIdentity(master?.contract?.mspDir ?? '', 'TwoMSP');
    expect(new X509Certificate(certificate).subject).toContain('OU=client');
  });

  it('are all that clients and outsiders need', () => {
    for (const name of ['one', 'two']) {
      const client = loadClient(readClientConfig(workspace.client(name)));
      expect(client.organisation.name).toBe(name);
    }
    expect(loadTrust(workspace.trust).membership.quorum).toBe(2);
    expect(readFileSync(workspace.captureRules, 'utf8')).toContain('goods');
  });

  it('are said to be ready, with the id that chaincode services run under', () => {
    const id = readFileSync(workspace.chaincodeId, 'utf8');
    expect(id).toMatch(/^cotrace-trace_1:[0-9a-f]{64}$/);
    expect(said).toEqual([
      'certificates and genesis blocks are ready',
      `the chaincode services run under ${id}`,
    ]);
  });

  it('stay as they are when they are made again, and rules that cannot be used are named', async () => {
    const before = readFileSync(workspace.consortium, 'utf8');
    const rules = readFileSync(workspace.captureRules, 'utf8');
    writeFileSync(workspace.captureRules, 'rules: 1\n');
    const [, warning] = await prepare();
    writeFileSync(workspace.captureRules, rules);
    expect(warning).toMatch(/^warning: events cannot be captured/);
    expect(readFileSync(workspace.consortium, 'utf8')).toBe(before);
  });

  it('are not made in a folder with something else in it', async () => {
    const other = new Workspace(join(folder, 'other'));
    mkdirSync(other.configs, { recursive: true });
    await expect(prepareHosts(other, null, '/stores', () => undefined)).rejects.toMatchObject({
      code: 'CONFIG',
      detail: { others: [other.configs] },
    });
  });

  it('are not made while another command works on the folder', async () => {
    const clock = jest.spyOn(Date, 'now');
    await withLock(workspace, async () => {
      let now = 0;
      clock.mockImplementation(() => (now += 100_000));
      try {
        await expect(prepare()).rejects.toMatchObject({ code: 'LOCKED' });
      } finally {
        clock.mockRestore();
      }
    });
  });
});

describe('deploying to hosts of their own', () => {
  /** Notes what is asked of whom; `look` is called when channels are joined. */
  function recording(look: (stillStarting: () => void) => void) {
    const asked: string[] = [];
    const tools: HostTools = {
      joinChannels: (topology, channels, { layout, reach }, stillStarting) => {
        asked.push(`join ${channels.map(({ name }) => name).join(' ')} at ${reach('orderer')}`);
        look(stillStarting);
        return Promise.resolve(foundingConfigurations(topology, layout.dir));
      },
      installPackages: (_topology, { trace, checking }, { reach }) => {
        asked.push(`install ${trace.id} and ${checking.label} at ${reach('fabric.peer.two')}`);
        return Promise.resolve();
      },
      defineChaincodes: ({ topology, configurations }) => {
        const members = configurations.main.members().map(({ mspId }) => mspId);
        asked.push(`approve ${topology.domains.join(' ')} for ${members.join(' ')}`);
        return Promise.resolve();
      },
      defineDomains: ({ domains }) => {
        asked.push(`define ${domains.join(' ')}`);
        return Promise.resolve();
      },
    };
    return { asked, tools };
  }

  it('needs files that were made', async () => {
    const empty = new Workspace(join(folder, 'empty'));
    const { asked, tools } = recording(() => undefined);
    await expect(deployHosts(empty, () => undefined, tools)).rejects.toMatchObject({
      code: 'CONFIG',
      detail: { workspace: empty.root },
    });
    expect(asked).toEqual([]);
  });

  it('joins channels, installs, approves and defines, each once the one before is done', async () => {
    const lines: string[] = [];
    const { asked, tools } = recording(() => expect(lines).toEqual([]));
    await deployHosts(workspace, (line) => lines.push(line), tools);
    const id = readFileSync(workspace.chaincodeId, 'utf8');
    expect(asked).toEqual([
      'join main checking at orderer.example.com:7050',
      `install ${id} and cotrace-checking_1 at peer0.two.example.com:7051`,
      'approve goods retail for OneMSP TwoMSP',
      'define goods retail',
    ]);
    expect(lines).toEqual(['every node has joined its channels']);
  });

  it('gives hosts three minutes to come up', async () => {
    const clock = jest.spyOn(Date, 'now').mockReturnValue(0);
    const { asked, tools } = recording((stillStarting) => {
      for (const passed of [0, 179_999]) {
        clock.mockReturnValue(passed);
        expect(stillStarting).not.toThrow();
      }
      clock.mockReturnValue(180_000);
      stillStarting();
    });
    try {
      await expect(deployHosts(workspace, () => undefined, tools)).rejects.toMatchObject({
        code: 'NOT_READY',
        detail: { patience: 180_000 },
      });
    } finally {
      clock.mockRestore();
    }
    expect(asked).toHaveLength(1);
  });
});
