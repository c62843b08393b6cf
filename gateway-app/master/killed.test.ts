import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { sha256, toBase64url, toHex } from '@cotrace/core';
import type { LedgerTask } from '../testing/ledger-to-kill.js';
import { TestChain } from '../testing/test-chain.js';
import { TestMaster } from '../testing/test-master.js';
import { TestNetwork } from '../testing/test-network.js';
import { definition, put } from '../testing/transactions.js';

const KILLS = process.env['CI_DEEP'] === '1' ? 50 : 2;
const BLOCKS = 30;
const KEYS = 700;

const repository = fileURLToPath(new URL('../..', import.meta.url));

let network: TestNetwork;
let chain: TestChain;
let program: string;

beforeAll(async () => {
  network = await TestNetwork.create();
  chain = new TestChain(network);
  chain.add([definition(network, 'goods')]);
  for (let block = 0; block < BLOCKS; block++) {
    const value = (key: number) => ((key + block) % 5 === 0 ? null : `${block} ${key}`);
    const keys = Array.from({ length: KEYS }, (_, i) => (i * (block + 3)) % 1500);
    chain.add([put(network, 'goods', Object.fromEntries(keys.map((key) => [`key ${key}`, value(key)])))]);
  }
  const folder = network.folder('program');
  mkdirSync(folder);
  symlinkSync(join(repository, 'node_modules'), join(folder, 'node_modules'));
  program = join(folder, 'ledger.mjs');
  await build({
    entryPoints: [join(repository, 'gateway-app/testing/ledger-to-kill.ts')],
    alias: Object.fromEntries(
      ['core', 'fabric-model', 'network', 'chaincode'].map((name) => [
        `@cotrace/${name}`,
        join(repository, name, 'index.ts'),
      ]),
    ),
    packages: 'external',
    bundle: true,
    platform: 'node',
    format: 'esm',
    outfile: program,
    logLevel: 'silent',
  });
}, 120_000);

afterAll(async () => {
  await network.remove();
});

/** Runs the process, kills it `milliseconds` after its first word unless that is null, and returns its lines. */
async function run(task: string, milliseconds: number | null): Promise<string[]> {
  const child = spawn(process.execPath, [program, task], { stdio: ['ignore', 'pipe', 'inherit'] });
  let said = '';
  let timer: NodeJS.Timeout | undefined;
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said += text;
    if (milliseconds !== null) timer ??= setTimeout(() => child.kill('SIGKILL'), milliseconds);
  });
  const [code] = (await once(child, 'close')) as [number | null];
  clearTimeout(timer);
  if (milliseconds === null) expect(code).toBe(0);
  return said.split('\n').slice(0, -1);
}

describe('a master that is killed, in the midst of a commit or of a snapshot', () => {
  it(`never attests a block twice nor another root, over ${KILLS} kills`, async () => {
    const owner = network.organisation(0);
    const parts: LedgerTask = {
      mspDir: join(network.layout.master(owner), 'msp'),
      mspId: owner.mspId,
      storeDir: network.folder('killed'),
      networkId: toHex(network.terms.networkId),
      genesisHeaderHash: network.consortium.channels.main.genesisHeaderHash,
      checkingHeight: 4,
      threads: 2,
      blocks: Array.from({ length: Number(chain.height) }, (_, i) =>
        toBase64url(chain.block(BigInt(i)).bytes),
      ),
    };
    const task = network.folder('task.json');
    writeFileSync(task, JSON.stringify(parts));
    const attested = new Map<string, string>();
    for (let kill = 0; kill <= KILLS; kill++) {
      for (const line of await run(task, kill < KILLS ? (kill * 61) % 200 : null)) {
        const [block = '', ...rest] = line.split(' ');
        expect(rest.join(' ')).toBe(attested.get(block) ?? rest.join(' '));
        attested.set(block, rest.join(' '));
      }
    }
    const reference = await TestMaster.open(network, 0, 'reference');
    await reference.follow(chain);
    const bodies = Array.from({ length: Number(chain.height) }, (_, i) =>
      toHex(sha256(reference.attestation(BigInt(i)).body)),
    );
    await reference.close();
    expect([...attested.values()].map((line) => line.split(' ')[0])).toEqual(bodies);
  }, 600_000);
});
