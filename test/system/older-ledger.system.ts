import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { SystemNetwork } from './network.js';

interface Captured {
  readonly recorded: number;
  readonly failed: number;
  readonly outcomes: readonly { readonly code: string | null }[];
}

describe('a ledger that was put back to an older copy under its masters', () => {
  const network = new SystemNetwork();
  const { cotrace } = network.scene;
  const ledgers = join(network.workspace.devnet, 'ledgers');
  const copy = network.scene.path('ledgers');

  beforeAll(async () => {
    await network.up();
    await cotrace.run('network', 'down');
    cpSync(ledgers, copy, { recursive: true });
    await cotrace.run('network', 'up');
    for (let i = 0; i < 2; i += 1) expect((await network.run('capture')).code).toBe(0);
    await network.scene.settledNodes();
    await cotrace.run('network', 'down');
    rmSync(ledgers, { recursive: true });
    cpSync(copy, ledgers, { recursive: true });
    await cotrace.run('network', 'up');
  });

  afterAll(() => network.scene.remove());

  it('takes captures that do not count as recorded, and the next command does not begin', async () => {
    const first = await network.run('capture');
    const { recorded, failed, outcomes } = JSON.parse(first.stdout) as Captured;
    expect([first.code, recorded, failed, outcomes[0]?.code]).toEqual([1, 0, 1, 'WRONG_CHAIN']);
    const second = await network.run('capture');
    expect([second.code, second.stdout]).toEqual([1, '']);
    expect(second.stderr).toContain('"code":"WRONG_CHAIN"');
    const order = await network.run('order place');
    expect([order.code, order.stderr.includes('"code":"WRONG_CHAIN"')]).toEqual([1, true]);
  });
});
