import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { connect as connectTls } from 'node:tls';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Consortium } from '../../gateway-app/consortium/consortium.js';
import { readConsortium } from '../../gateway-app/consortium/read.js';
import { readNetworkState } from '../../gateway-app/deploy/local/network-state.js';
import { Workspace } from '../../gateway-app/workspace/workspace.js';
import { Master } from '../../gateway-app/gen/cotrace/cotrace_pb.js';
import { findNode, findOrganisation } from '../../gateway-app/node/node-config.js';
import { RpcClient } from '../../gateway-app/node/rpc-client.js';
import { codeOf } from '../../gateway-app/testing/codes.js';
import { loadTls } from '@cotrace/network';
import { Cotrace } from '../acceptance/cotrace.js';

const STRANGER = fileURLToPath(new URL('./stranger.mjs', import.meta.url));
const MASTER = 'org1.master';
/** Another one, at which connections die while strangers are at the first. */
const OTHER_MASTER = 'org2.master';
const STRANGERS = 12;
/** How long each kind of them is measured, in seconds. */
const MEASURED = process.env['CI_DEEP'] === '1' ? 60 : 7;

const home = join(mkdtempSync(join(tmpdir(), 'cotrace-strangers-')), 'network');
const cotrace = new Cotrace(home);
const users = join(home, 'devnet/crypto/peerOrganizations/org2.example.com/users');
/** A member's, and not in the consortium file. */
const unknown = join(users, 'Admin@org2.example.com/tls');
const known = join(users, 'User1@org2.example.com/tls');

let pid: number;
let consortium: Consortium;

beforeAll(async () => {
  const { code, stderr } = await cotrace.run('network', 'up');
  if (code !== 0) throw new Error(stderr);
  const workspace = new Workspace(home);
  pid = readNetworkState(workspace).processes.find(({ name }) => name === MASTER)?.pid ?? 0;
  consortium = readConsortium(workspace.consortium);
  await sleep(5000);
});
afterAll(async () => {
  await cotrace.run('network', 'down', '--purge');
  rmSync(join(home, '..'), { recursive: true, force: true });
});

/** Processor time that the master has used, in seconds, and its peak resident size, in megabytes. */
function usage() {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  const [user = 0, system = 0] = fields.slice(11, 13).map(Number);
  const peak = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return { cpu: (user + system) / 100, peak: Number(peak) / 1024 };
}

/** What the master uses in some seconds in which a known caller connects twice a second, and how long that one waits. */
async function measured(seconds: number) {
  // The peak counts from here on.
  writeFileSync(`/proc/${pid}/clear_refs`, '5');
  const before = usage();
  const end = Date.now() + seconds * 1000;
  const waits: number[] = [];
  while (Date.now() < end) {
    const begin = performance.now();
    const client = connect();
    await client.call(Master.method.attestationsOf, { blockNums: [0n] });
    client.close();
    waits.push(performance.now() - begin);
    await sleep(500);
  }
  const { cpu, peak } = usage();
  waits.sort((a, b) => a - b);
  return {
    cores: (cpu - before.cpu) / seconds,
    peak,
    median: waits[waits.length >> 1] ?? 0,
    longest: waits.at(-1) ?? 0,
  };
}

function connect(master = MASTER): RpcClient {
  const { address, mspId, certificate } = findNode(consortium, master, 'master');
  const { tlsRoots } = findOrganisation(consortium, mspId);
  return new RpcClient(address, loadTls(known), tlsRoots, certificate);
}

/** Runs strangers of a kind; says how often they connected. */
async function strangers(kind: string, count: number, seconds: number, folder?: string): Promise<number> {
  const port = findNode(consortium, MASTER, 'master').address.split(':').at(-1) ?? '';
  const args = [STRANGER, kind, count, 'localhost', port, seconds, ...(folder === undefined ? [] : [folder])];
  const { stdout } = await promisify(execFile)(process.execPath, args.map(String));
  return Number(stdout);
}

/** What a known caller gets while all its connections are dead, and what after more than a minute: codes, or null. */
async function afterConnectionsDied(): Promise<readonly (string | null)[]> {
  const { key, certificate } = loadTls(known);
  const port = Number(findNode(consortium, OTHER_MASTER, 'master').address.split(':').at(-1));
  const options = { host: 'localhost', port, key, cert: certificate, rejectUnauthorized: false };
  const dead = Array.from({ length: 64 }, () => connectTls({ ...options, ALPNProtocols: ['h2'] }));
  const call = () =>
    codeOf(async () => {
      const client = connect(OTHER_MASTER);
      try {
        await client.call(Master.method.attestationsOf, {});
      } finally {
        client.close();
      }
    });
  await Promise.all(dead.map((socket) => once(socket, 'secureConnect')));
  // Nobody reads them, so no ping is answered.
  for (const socket of dead) socket.pause().write('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0');
  await sleep(1000);
  const codes = [await call()];
  await sleep(62_000);
  codes.push(await call());
  for (const socket of dead) socket.destroy();
  return codes;
}

describe('twelve strangers at a master', () => {
  let quiet: Awaited<ReturnType<typeof measured>>;
  let died: ReturnType<typeof afterConnectionsDied>;

  beforeAll(async () => {
    died = afterConnectionsDied();
    // The test that waits for it says what went wrong.
    died.catch(() => undefined);
    quiet = await measured(MEASURED);
    process.stderr.write(`without strangers: ${JSON.stringify(quiet)}\n`);
  });

  it.each([
    ['that send the largest request, with certificates of a member', 'request', unknown],
    ['that send the largest request, without certificates', 'request', undefined],
    ['that send without end, with certificates of a member', 'blast', unknown],
    ['that send without end, without certificates', 'blast', undefined],
    ['that leave after the handshake', 'leave', undefined],
    ['that say nothing', 'silent', undefined],
  ])(
    '%s cost it at most 20 % of a core and 100 MB, and known callers connect',
    async (title, kind, folder) => {
      const [busy, connections] = await Promise.all([
        measured(MEASURED),
        strangers(kind, STRANGERS, MEASURED, folder),
      ]);
      process.stderr.write(`${title}: ${JSON.stringify({ ...busy, connections })}\n`);
      expect(connections).toBeGreaterThanOrEqual(STRANGERS);
      expect(busy.cores - quiet.cores).toBeLessThan(0.2);
      expect(busy.peak - quiet.peak).toBeLessThan(100);
      expect(busy.longest).toBeLessThan(quiet.longest + 2000);
    },
  );

  it('and a known caller whose connections all died in silence gets new ones', async () => {
    expect(await died).toEqual(['TOO_MANY_CALLS', null]);
  });

  it('and hundreds that say nothing do not keep known callers out', async () => {
    const [busy] = await Promise.all([measured(MEASURED), strangers('silent', 300, MEASURED)]);
    process.stderr.write(`hundreds that say nothing: ${JSON.stringify(busy)}\n`);
    expect(busy.longest).toBeLessThan(quiet.longest + 2000);
    expect(busy.cores - quiet.cores).toBeLessThan(0.2);
  });
});
