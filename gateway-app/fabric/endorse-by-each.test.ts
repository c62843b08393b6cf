import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { fromUtf8, utf8 } from '@cotrace/core';
import { ChannelConfig, MspManager } from '@cotrace/fabric-model';
import {
  genesisBlock,
  loadIdentity,
  loadTls,
  nodeVerifier,
  outOfPeersPolicy,
  parseTopology,
  start,
  type DevnetHandle,
} from '@cotrace/network';
import { ContractHost } from '../master/contract/host.js';
import { contractProgram } from '../testing/contract-program.js';
import type { Told } from '../testing/contract-to-serve.js';
import { freePorts } from '../testing/free-ports.js';
import { SilentLog } from '../testing/silent-log.js';
import { connectFabric, type FabricConnection } from './connection.js';
import { endorseByEach } from './endorse-by-each.js';

const NAMES = ['org1', 'org2', 'org3', 'org4', 'org5'];
const MSP_IDS = NAMES.map((name) => `${name}MSP`);
const PACKAGE = `contract_1:${'ab'.repeat(32)}`;
const CALL = { channel: 'main', chaincode: 'contract', name: 'write', arguments: [utf8('argument')] };

let dir: string;
let devnet: DevnetHandle;
let hosts: ContractHost<Told>[];
let connection: FabricConnection;
let manager: MspManager;

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'cotrace-endorse-'));
  const program = await contractProgram(join(dir, 'program'));
  const ports = await freePorts(NAMES.length);
  const addresses = Object.fromEntries(NAMES.map((name, i) => [name, `127.0.0.1:${ports[i] ?? 0}`]));
  hosts = [];
  for (const address of Object.values(addresses)) {
    const service = { address, packageId: PACKAGE, tls: null, log: new SilentLog(), program };
    hosts.push(await ContractHost.start<Told>(service));
  }
  const organisations = NAMES.map((name) => ({
    name,
    mspId: `${name}MSP`,
    domain: `${name}.example.com`,
  }));
  const topology = parseTopology(JSON.stringify({ organisations, batch: { timeout: '10ms' } }));
  const deployment = { channel: 'main', name: 'contract', version: '1', sequence: 1, addresses };
  const policy = outOfPeersPolicy(3, MSP_IDS);
  devnet = await start({
    topology,
    dir: join(dir, 'devnet'),
    deployments: [{ ...deployment, packageId: PACKAGE, policy }],
  });
  const { layout, networkInfo } = devnet;
  const [own] = topology.organisations;
  if (own === undefined) throw new Error('there are five');
  const { address = '', name = '' } = networkInfo.peers['org1'] ?? {};
  const folder = layout.submitter(own);
  connection = connectFabric(
    {
      address,
      serverName: name,
      tlsRoots: loadTls(join(layout.peer(own), 'tls')).ca.toString('utf8'),
      identity: loadIdentity(join(folder, 'msp'), own.mspId),
      tls: loadTls(join(folder, 'tls')),
    },
    'calls',
  );
  manager = ChannelConfig.fromBlock(genesisBlock(topology, 'main', layout.dir)).manager(nodeVerifier);
}, 120_000);

afterAll(async () => {
  connection.close();
  await devnet.stop();
  await Promise.all(hosts.map((host) => host.close()));
  rmSync(dir, { recursive: true, force: true });
});

beforeEach(() => tell({}));

/** Tells every contract what to do: the same, but for some organisations. */
function tell(others: Readonly<Record<string, Told>>): void {
  for (const [i, name] of NAMES.entries()) hosts[i]?.post(others[name] ?? { word: 'agreed' });
}

const byEach = (mspIds = MSP_IDS, quorum = 3) =>
  endorseByEach(connection.gateway, CALL, { mspIds, quorum, manager });

async function written(): Promise<string> {
  const simulator = devnet.ledger('main').simulator('look');
  try {
    return fromUtf8(simulator.get('contract', 'word') ?? new Uint8Array());
  } finally {
    await simulator.close();
  }
}

describe('a call that each organisation endorses on its own', () => {
  it('becomes one transaction with as many endorsements as the quorum, the own first, and is valid', async () => {
    const { transaction, ...rest } = await byEach();
    expect(rest).toEqual({ endorsers: ['org1MSP', 'org2MSP', 'org3MSP'], odd: [], refused: [], silent: [] });
    const submitted = await transaction?.submit();
    expect((await submitted?.getStatus())?.successful).toBe(true);
    expect(await written()).toBe('agreed');
  });

  it('goes on with the others where one answers otherwise, one refuses and one hangs', async () => {
    tell({
      org2: { word: 'other' },
      org3: { word: 'so', does: 'refuse' },
      org4: { word: 'nothing', does: 'hang' },
    });
    const { transaction, endorsers, odd, refused, silent } = await byEach(MSP_IDS, 2);
    expect(endorsers).toEqual(['org1MSP', 'org5MSP']);
    expect(odd).toEqual([
      {
        mspId: 'org2MSP',
        error: expect.objectContaining({ code: 'ODD_ENDORSEMENT', detail: { mspId: 'org2MSP' } }),
      },
    ]);
    expect(refused).toEqual([{ mspId: 'org3MSP', status: 409, text: expect.stringContaining('not so') }]);
    expect(silent).toEqual(['org4MSP']);
    expect(transaction).not.toBeNull();
  });

  it('has no transaction where too few go with the own organisation, however many agree', async () => {
    tell({ org1: { word: 'mine' } });
    const { transaction, endorsers, odd } = await byEach();
    expect([transaction, endorsers]).toEqual([null, ['org1MSP']]);
    expect(odd.map(({ mspId }) => mspId)).toEqual(MSP_IDS.slice(1));
  });

  it('goes by what most say where the own organisation does not endorse', async () => {
    tell({ org1: { word: 'no', does: 'refuse' }, org2: { word: 'other' } });
    const { transaction, endorsers, odd } = await byEach();
    expect(endorsers).toEqual(['org3MSP', 'org4MSP', 'org5MSP']);
    expect(odd.map(({ mspId }) => mspId)).toEqual(['org2MSP']);
    const submitted = await transaction?.submit();
    expect((await submitted?.getStatus())?.successful).toBe(true);
  });

  it('counts no endorser that is of no member, and tells of an organisation without a peer', async () => {
    const config = ChannelConfig.fromBlock(genesisBlock(devnet.topology, 'main', devnet.layout.dir));
    const others = config.msps.filter(({ mspId }) => mspId !== 'org2MSP');
    const { odd, refused, endorsers } = await endorseByEach(connection.gateway, CALL, {
      mspIds: ['org1MSP', 'org2MSP', 'nobodyMSP'],
      quorum: 1,
      manager: new MspManager(others, nodeVerifier),
    });
    expect(endorsers).toEqual(['org1MSP']);
    expect(odd.map(({ error }) => error.message)).toEqual([
      expect.stringContaining('its endorser is not a member: UNKNOWN_MSP'),
    ]);
    expect(refused).toEqual([
      { mspId: 'nobodyMSP', status: null, text: expect.stringContaining('nobodyMSP') },
    ]);
  });
});
