import { cpSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { isCotraceError } from '@cotrace/core';
import { Master } from './gen/cotrace/cotrace_pb.js';
import { codeOf } from './testing/codes.js';
import { until } from './testing/test-business-node.js';
import { connectPeers, TestConsortium } from './testing/test-consortium.js';
import { startMaster } from './master/master-node.js';
import type { NodeConfig } from './node/node-config.js';
import { runNodes } from './run-nodes.js';

// The nodes log what the tests provoke.
const stderr = jest.spyOn(process.stderr, 'write').mockReturnValue(true);

let consortium: TestConsortium;

beforeAll(async () => {
  consortium = await TestConsortium.create();
  writeFileSync(consortium.network.folder('consortium.json'), JSON.stringify(consortium.consortium));
});
afterAll(async () => {
  await consortium.close();
  stderr.mockRestore();
});

/** What a process with these nodes says as it ends. */
async function run(...nodes: readonly NodeConfig[]): Promise<string> {
  const path = consortium.network.folder('nodes.json');
  const consortiumPath = consortium.network.folder('consortium.json');
  writeFileSync(path, JSON.stringify({ consortium: consortiumPath, nodes }));
  try {
    await runNodes(path, AbortSignal.timeout(10_000));
    return 'it ran';
  } catch (error) {
    if (!isCotraceError(error)) throw error;
    return `${error.code}: ${error.message}`;
  }
}

/** A copy of a folder in which folders or files are replaced by those of another one. */
function mixed(name: string, base: string, other: string, ...parts: readonly string[]): string {
  const folder = consortium.network.folder(name);
  rmSync(folder, { recursive: true, force: true });
  cpSync(base, folder, { recursive: true });
  for (const part of parts) {
    rmSync(join(folder, part), { recursive: true });
    cpSync(join(other, part), join(folder, part), { recursive: true });
  }
  return folder;
}

describe('a process with nodes', () => {
  it('starts none of them where one is not in the consortium file', async () => {
    const good = consortium.configOf('org1.master');
    const other = (name: string) => ({ ...good, name, storeDir: `${good.storeDir}.other` });
    expect(await run(good, other('org1.nope'))).toMatch(
      /^CONFIG: the consortium file has no node org1\.nope .*none of that name/,
    );
    expect(await run(good, other('org1.client'))).toMatch(/^CONFIG: .*a client of that name/);
    expect(
      await codeOf(() => consortium.connection('org1.client', 'org1.master').call(Master.method.status, {})),
    ).toBe('UNREACHABLE');
  });

  it.each(['org1.master', 'org1.goods'])(
    'tells a TLS certificate that is not the one of %s',
    async (name) => {
      const config = consortium.configOf(name);
      const { tlsDir } = consortium.configOf('org2.retail');
      const said = await run({ ...config, tlsDir });
      expect(said).toMatch(/^CONFIG: .*\.crt must be the TLS certificate of .*but is that of org2\.retail/);
      expect(said).toContain(tlsDir);
      expect(said).toContain(consortium.node(name).certificate);
    },
  );

  it('tells a TLS key that does not belong to its certificate', async () => {
    const config = consortium.configOf('org1.master');
    const tlsDir = mixed('tls', config.tlsDir, consortium.configOf('org2.master').tlsDir, 'server.key');
    expect(await run({ ...config, tlsDir })).toMatch(
      /^CONFIG: .*server\.key must be the private key of .*server\.crt/,
    );
  });

  it('tells an identity that is not a peer’s, or not of the organisation', async () => {
    const config = consortium.configOf('org1.master');
    const { mspDir: client } = consortium.configOf('org1.client');
    expect(await run({ ...config, mspDir: client })).toMatch(/^CONFIG: .*signcerts must hold .*OU client/);
    const contract = { listen: 'localhost:1', packageId: `checking:${'0'.repeat(64)}`, tls: false };
    expect(await run({ ...config, contract: { ...contract, mspDir: config.mspDir } })).toMatch(
      /^CONFIG: .*must hold a certificate of a client \(OU client\) to submit with, .* OU peer/,
    );
    const { mspDir: stranger } = consortium.configOf('org2.client');
    expect(await run({ ...config, contract: { ...contract, mspDir: stranger } })).toMatch(
      /^CONFIG: .*must be an identity of Org1MSP, but is one of Org2MSP/,
    );
    const { mspDir: other } = consortium.configOf('org2.master');
    expect(await run({ ...config, mspDir: other })).toMatch(
      /^CONFIG: .* must be an identity of Org1MSP, .*Org2MSP/,
    );
  });

  it('tells a signing certificate that is not the one of the consortium file', async () => {
    const config = consortium.configOf('org1.master');
    const said = await run({ ...config, mspDir: mixedIdentity() });
    expect(said).toMatch(/^CONFIG: .*signcerts must hold the signing certificate of org1\.master, SHA-256 /);
    expect(said).toContain(consortium.node('org1.master').signer);
    expect(said).toContain(consortium.node('org2.master').signer);
  });
});

/** The folder of org1's master with the certificate and key of org2's. */
function mixedIdentity(): string {
  const other = consortium.configOf('org2.master').mspDir;
  return mixed('msp', consortium.configOf('org1.master').mspDir, other, 'signcerts', 'keystore');
}

describe('a master whose identity only the channel can tell is another organisation’s', () => {
  it('stops at the first block, and at the next start', async () => {
    const config = { ...consortium.configOf('org1.master'), mspDir: mixedIdentity() };
    // A consortium file of an older version names no signing certificates.
    const nodes = consortium.consortium.nodes.map((node) => ({ ...node, signer: null }));
    const start = () =>
      startMaster(config, { ...consortium.consortium, nodes }, connectPeers(consortium.chain));
    const fresh = await start();
    expect(await codeOf(() => fresh.failure)).toBe('IDENTITY');
    await fresh.stop();
    const good = await consortium.startNode('org1.master');
    const status = () => consortium.connection('org1.client', 'org1.master').call(Master.method.status, {});
    await until(
      async () => (await status()).height > 0n,
      () => 'no block',
    );
    await good.stop();
    expect(await codeOf(start)).toBe('IDENTITY');
  });
});
