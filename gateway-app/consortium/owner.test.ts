import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { StoreIdentity } from '@cotrace/core';
import type { Consortium, ConsortiumNode } from './consortium.js';
import { codeOf } from '../testing/codes.js';
import { TestNetwork } from '../testing/test-network.js';
import { storeOwner } from './owner.js';
import { openStore } from '../node/store.js';

let dir: string;
let network: TestNetwork;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'cotrace-owner-'));
  network = await TestNetwork.create({ organisations: 2 });
});

afterAll(async () => {
  await network.remove();
  await rm(dir, { recursive: true, force: true });
});

describe('the owner of a store', () => {
  const node = { name: 'org1.goods', role: 'business', mspId: 'Org1MSP', domain: 'goods' } as const;
  const ownerOf = (
    change: Partial<ConsortiumNode> = {},
    consortium: Consortium = network.consortium,
  ): StoreIdentity => storeOwner({ ...node, ...change }, consortium);

  it('is a node with its organisation and what it holds: a domain, or the main channel', () => {
    expect(ownerOf()).toMatchObject({
      kind: 'business',
      node: 'org1.goods',
      organisation: 'Org1MSP',
      holds: 'goods',
    });
    const master = ownerOf({ name: 'org1.master', role: 'master', domain: null });
    expect(master).toMatchObject({ kind: 'master', holds: network.topology.channels.main });
  });

  it('is another one in another network, organisation or domain, under the same name', async () => {
    const { channels } = network.consortium;
    const elsewhere = { ...channels, main: { ...channels.main, genesisHeaderHash: 'ab'.repeat(32) } };
    const others = [
      ownerOf({}, { ...network.consortium, channels: elsewhere }),
      ownerOf({ mspId: 'Org2MSP' }),
      ownerOf({ domain: 'retail' }),
      ownerOf({ role: 'master' }),
    ];
    const folder = join(dir, 'store');
    await (await openStore(folder, ownerOf())).close();
    for (const other of others) expect(await codeOf(() => openStore(folder, other))).toBe('WRONG_STORE');
    await (await openStore(folder, ownerOf())).close();
  });
});
