import { copyFileSync, cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { findFabric } from '@cotrace/network';
import { parse, stringify } from 'yaml';
import { repository } from '../architecture/sources.js';
import { blocksOf, type Block } from '../readme/examples.js';
import { ExistingNetwork } from './operations/existing-network.js';
import { ORGANISATIONS, Places, saidOf, type Organisation } from './operations/places.js';
import { Shell, type Ran } from './operations/shell.js';

jest.setTimeout(300_000);

const CHAPTER = 'Add Cotrace to an existing Fabric network';
const PATIENCE_MS = 60_000;
const PAUSE_MS = 500;

/** Blocks of commands that this test does not run, by how they begin, and why. */
const NOT_RUN: Readonly<Record<string, string>> = {
  'git clone': 'the checkout is the one that this test is in',
  'fabric-ca-client register': "Fabric CA is not among Fabric's own programs",
};

/** Who runs a block of commands, and how; it is in the block's info string. */
type Manner = 'each' | 'farm' | 'orderer' | 'each service' | 'each retried' | 'each stopped';

function chapter(): Block[] {
  const text = readFileSync(join(repository, 'docs', 'operations.md'), 'utf8');
  const from = text.indexOf(`\n## ${CHAPTER}\n`);
  const length = text.slice(from + 1).indexOf('\n## ');
  const before = text.slice(0, from + 1).split('\n').length - 1;
  return blocksOf(text.slice(from + 1, from + 1 + length))
    .filter(({ info }) => info.split(' ')[0] === 'sh')
    .map((block) => ({ ...block, line: block.line + before }));
}

const blocks = chapter();
const run = blocks.filter(({ info }) => info !== 'sh');

describe('docs/operations.md, on a Fabric network that exists', () => {
  const binaries = findFabric(process.env);
  const searchPath = [dirname(binaries.peer), dirname(process.execPath), process.env['PATH']].join(':');
  let root: string;
  let places: Places;
  let network: ExistingNetwork;
  let shells: Readonly<Record<Organisation | 'orderer', Shell>>;

  beforeAll(async () => {
    root = mkdtempSync(join(tmpdir(), 'cotrace-operations-'));
    places = await Places.choose();
    network = new ExistingNetwork(join(root, 'fabric'), places, binaries);
    await network.start();
    const shell = (name: Organisation | 'orderer') =>
      new Shell(join(root, name), join(root, 'shells', name), {
        PATH: searchPath,
        HOME: root,
        FABRIC_LOGGING_SPEC: 'info:grpc=error',
      });
    shells = { farm: shell('farm'), shop: shell('shop'), orderer: shell('orderer') };
    giveOrdererFiles();
    for (const organisation of ORGANISATIONS) giveFiles(organisation);
  });

  // Each ends what there is, also where the network did not come up.
  afterAll(async () => {
    for (const shell of Object.values(shells)) await shell.stop();
  });
  afterAll(() => network.stop());
  afterAll(() => rmSync(root, { recursive: true, force: true }));

  /** What the document calls by name and has not made by its own commands. */
  function giveOrdererFiles(): void {
    const admin = join(network.ordererCrypto, 'users', 'Admin@example', 'tls');
    for (const [name, from] of [
      ['orderer-tls-ca.pem', 'ca.crt'],
      ['admin-tls.crt', 'client.crt'],
      ['admin-tls.key', 'client.key'],
    ] as const) {
      copyFileSync(join(admin, from), join(shells.orderer.dir, name));
    }
  }

  function giveFiles(organisation: Organisation): void {
    const { dir } = shells[organisation];
    copyFileSync(join(shells.orderer.dir, 'orderer-tls-ca.pem'), join(dir, 'orderer-tls-ca.pem'));
    const example = (name: string) => readFileSync(join(repository, 'docs', 'examples', name), 'utf8');
    const give = (name: string, text: string) =>
      writeFileSync(join(dir, name), places.localised(text, organisation));
    // What an organisation says of itself, and what is the same for all.
    give('admin.yaml', saidOf(organisation, example('admin.yaml')));
    give('nodes.yaml', ownNodes(organisation, saidOf(organisation, example('nodes.yaml'))));
    give(saidOf(organisation, 'erp.yaml'), saidOf(organisation, example('client.yaml')));
    for (const name of ['consortium.yaml', 'veterinary.json', 'capture-rules.yaml'])
      give(name, example(name));
    for (const name of ['harvest.jsonld', 'inspection.jsonld']) give(name, example(name));
    writeFileSync(
      join(network.folder(organisation), 'crypto-config.yaml'),
      saidOf(organisation, example('crypto-config.yaml')),
    );
  }

  /** The shop holds one domain. */
  function ownNodes(organisation: Organisation, text: string): string {
    if (organisation === 'farm') return text;
    const file = parse(text) as { nodes: { name: string }[] };
    return stringify({ ...file, nodes: file.nodes.filter(({ name }) => name !== 'shop.distribution') });
  }

  /** A block as an organisation runs it on this machine. */
  function commandsOf({ text }: Block, organisation: Organisation): string {
    return places
      .localised(saidOf(organisation, text), organisation)
      .replaceAll('/usr/local/cotrace', repository)
      .replaceAll('/var/lib/cotrace', shells[organisation].dir)
      .replaceAll('/etc/hyperledger/fabric', network.config)
      .replaceAll(`/etc/hyperledger/${organisation}`, network.folder(organisation))
      .replaceAll('/var/hyperledger/peer', network.peerData(organisation));
  }

  function succeeds({ status, output }: Ran): string {
    if (status !== 0) throw new Error(`exit code ${status ?? 'none'}:\n${output}`);
    return output;
  }

  async function succeedsInTime(attempt: () => Ran): Promise<void> {
    const deadline = Date.now() + PATIENCE_MS;
    let ran = attempt();
    while (ran.status !== 0 && Date.now() < deadline) {
      await sleep(PAUSE_MS);
      ran = attempt();
    }
    succeeds(ran);
  }

  const manners: Readonly<Record<Manner, (block: Block) => Promise<string[]>>> = {
    each: async (block) =>
      Promise.resolve(ORGANISATIONS.map((name) => succeeds(shells[name].run(commandsOf(block, name))))),
    farm: async (block) => Promise.resolve([succeeds(shells.farm.run(commandsOf(block, 'farm')))]),
    orderer: async (block) => {
      const output = succeeds(shells.orderer.run(commandsOf(block, 'farm')));
      expect(output).toMatch(/Status: 20[14]/);
      return Promise.resolve([output]);
    },
    'each service': async (block) => {
      for (const name of ORGANISATIONS) shells[name].start(commandsOf(block, name));
      return Promise.resolve([]);
    },
    'each retried': async (block) => {
      for (const name of ORGANISATIONS) await succeedsInTime(() => shells[name].run(commandsOf(block, name)));
      return [];
    },
    'each stopped': async (block) => {
      for (const name of ORGANISATIONS) await network.stopPeer(name);
      return ORGANISATIONS.map((name) => {
        const peer = new Shell(shells[name].dir, join(root, 'shells', `peer-${name}`), {
          PATH: searchPath,
          ...network.peerEnvironment(name),
        });
        return succeeds(peer.run(commandsOf(block, name)));
      });
    },
  };

  /** What people do between two blocks, by how the block before begins. */
  const between: Readonly<Record<string, (outputs: readonly string[]) => Promise<void>>> = {
    'mkdir -p farm': async () => {
      for (const [from, to] of [['farm', 'shop'] as const, ['shop', 'farm'] as const])
        cpSync(join(shells[from].dir, from), join(shells[to].dir, from), { recursive: true });
      return Promise.resolve();
    },
    'configtxgen ': async () => {
      for (const { dir } of [shells.shop, shells.orderer])
        copyFileSync(join(shells.farm.dir, 'trade-checking-0.block'), join(dir, 'trade-checking-0.block'));
      return Promise.resolve();
    },
    'cat > policy.txt': async () => {
      copyFileSync(join(shells.farm.dir, 'policy.txt'), join(shells.shop.dir, 'policy.txt'));
      return Promise.resolve();
    },
    'peer channel fetch': async ([farm = '', shop = '']) => {
      expect(farm).toContain('the quorum has no spare: all 2 masters must run');
      const digests = (output: string) => output.match(/[0-9a-f]{64}/g);
      expect(digests(farm)).toHaveLength(2);
      expect(digests(farm)).toEqual(digests(shop));
      return Promise.resolve();
    },
    'cotrace --client erp.yaml nodes': async ([output = '']) => {
      expect(output).toContain('complete: every event on the ledger');
      return Promise.resolve();
    },
    'peer lifecycle chaincode commit': async () => {
      for (const { dir } of [shells.farm, shells.shop]) {
        const path = join(dir, 'consortium.yaml');
        const text = readFileSync(path, 'utf8');
        writeFileSync(path, text.replace('distribution, retail]', 'distribution, retail, veterinary]'));
      }
      return Promise.resolve();
    },
    'cotrace consortium consortium.yaml': async () => {
      // Nodes are the second service, after the chaincode's.
      for (const name of ORGANISATIONS) {
        await shells[name].stopLast();
        shells[name].start('cotrace node nodes.yaml');
        await succeedsInTime(() => shells[name].run('cotrace node nodes.yaml --check'));
      }
    },
    'cotrace --client admin.yaml define veterinary.json': async ([output = '']) => {
      expect(output).toContain('veterinary');
      return Promise.resolve();
    },
    // The last block of a new package: what was captured is found by the new chaincode, and another lot is recorded.
    'for DOMAIN in production processing distribution retail; do\n  peer lifecycle chaincode commit':
      async () => {
        const { dir } = shells.farm;
        const next = readFileSync(join(dir, 'harvest.jsonld'), 'utf8').replaceAll('/10/LOT', '/10/NEXT');
        writeFileSync(join(dir, 'next.jsonld'), next);
        await succeedsInTime(() => shells.farm.run('cotrace --client erp.yaml capture next.jsonld'));
        succeeds(
          shells.farm.run(
            'cotrace --client erp.yaml trace https://id.gs1.org/01/09521234000112/10/NEXT --trust trust.json',
          ),
        );
      },
  };

  it('runs every block of commands, but those that are listed with a reason', () => {
    const left = blocks.filter(({ info }) => info === 'sh').map(({ text }) => text);
    expect(left.filter((text) => !Object.keys(NOT_RUN).some((begin) => text.startsWith(begin)))).toEqual([]);
    expect(left).toHaveLength(Object.keys(NOT_RUN).length);
    expect(run.filter(({ info }) => !(info.slice('sh '.length) in manners))).toEqual([]);
    expect(run.length).toBeGreaterThan(20);
  });

  let failed = false;
  it.each(run)('line $line: $info', async (block) => {
    expect(failed).toBe(false);
    failed = true;
    const outputs = await manners[block.info.slice('sh '.length) as Manner](block);
    for (const [begin, act] of Object.entries(between)) if (block.text.startsWith(begin)) await act(outputs);
    failed = false;
  });

  it('leaves a proof that is verified without the network', () => {
    const output = succeeds(shells.farm.run('cotrace verify proof.json --trust trust.json'));
    expect(output).toContain('attested by FarmMSP, ShopMSP');
  });
});
