import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { freePorts } from '../../testing/free-ports.js';
import { choosePorts, freePort, isFree, portOf } from './ports.js';
import { Workspace } from '../../workspace/workspace.js';

let workspace: Workspace;
let servers: Server[];

beforeEach(() => {
  workspace = new Workspace(mkdtempSync(join(tmpdir(), 'cotrace-ports-')));
  servers = [];
});

afterEach(async () => {
  await Promise.all(servers.map((server) => once(server.close(), 'close')));
  rmSync(workspace.root, { recursive: true, force: true });
});

async function occupy(port?: number): Promise<void> {
  const server = createServer();
  servers.push(server);
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
}

const service = (name: string, running = false) => ({ name, running, fixed: false });

describe('ports', () => {
  it('are free, and below those that outgoing connections take', async () => {
    const port = await freePort(new Set());
    expect(port).toBeGreaterThanOrEqual(10_240);
    expect(port).toBeLessThan(32_768);
    expect(await isFree(port)).toBe(true);
    await occupy(port);
    expect(await isFree(port)).toBe(false);
  });

  it('are not those that others have, or are to have', async () => {
    const [taken = 0, occupied = 0, free = 0] = await freePorts(3);
    await occupy(occupied);
    const picked = [taken, occupied, free];
    expect(await freePort(new Set([taken]), () => picked.shift() ?? 0)).toBe(free);
    expect(await isFree(taken)).toBe(true);
  });

  it('are looked for a thousand times, and named where there is none', async () => {
    let picked = 0;
    const pick = () => {
      picked += 1;
      return 12_000;
    };
    await expect(freePort(new Set([12_000]), pick)).rejects.toMatchObject({
      code: 'NO_PORT',
      message: expect.stringContaining('from 10240 to 32767'),
    });
    expect(picked).toBe(1000);
  });

  it('are different, and stay those of the first start', async () => {
    const first = await choosePorts(
      workspace,
      ['a', 'b', 'c'].map((name) => service(name)),
    );
    expect(new Set(Object.values(first)).size).toBe(3);
    const second = await choosePorts(
      workspace,
      ['a', 'b', 'c', 'd'].map((name) => service(name)),
    );
    expect(second).toMatchObject(first);
    expect(Object.keys(second)).toEqual(['a', 'b', 'c', 'd']);
  });

  it('are chosen anew where somebody else has taken them', async () => {
    const first = await choosePorts(workspace, [service('a'), service('b')]);
    await occupy(first['a']);
    const second = await choosePorts(workspace, [service('a'), service('b')]);
    expect(second['a']).not.toBe(first['a']);
    expect(second['b']).toBe(first['b']);
  });

  it('are refused where they cannot change', async () => {
    const fixed = { ...service('a'), fixed: true };
    const { a } = await choosePorts(workspace, [fixed]);
    await occupy(a);
    await expect(choosePorts(workspace, [fixed])).rejects.toMatchObject({
      code: 'NO_PORT',
      detail: { name: 'a', port: a },
    });
  });

  it('stay where their own process has them', async () => {
    const first = await choosePorts(workspace, [service('a')]);
    await occupy(first['a']);
    expect(await choosePorts(workspace, [service('a', true)])).toEqual(first);
  });

  it('are not made up for a service that has none', () => {
    expect(portOf({ a: 12_000 }, 'a')).toBe(12_000);
    expect(() => portOf({ a: 12_000 }, 'b')).toThrow(
      expect.objectContaining({ code: 'NO_PORT', detail: { name: 'b' } }),
    );
  });
});
