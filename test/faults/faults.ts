import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DEFAULT_DOMAINS } from '@cotrace/core';
import { DomainStore } from '../../gateway-app/business/domain-store.js';
import { readConsortium } from '../../gateway-app/consortium/read.js';
import { readNetworkState } from '../../gateway-app/deploy/local/network-state.js';
import { isRunning } from '../../gateway-app/deploy/processes.js';
import { Workspace } from '../../gateway-app/workspace/workspace.js';
import { findNode } from '../../gateway-app/node/node-config.js';
import { storeOwner } from '../../gateway-app/consortium/owner.js';
import { Cotrace } from '../acceptance/cotrace.js';
import { captureUnderFire, type Kill } from './capture-under-fire.js';
import { contendingEvents, generateEvents, writeFiles, type GeneratedEvent } from './epcis-files.js';
import { LedgerView } from './ledger-view.js';
import { OutcomeLog, type LoggedOutcome } from './outcome-log.js';
import { Random } from './random.js';
import { Supervisor, type Kind } from './supervisor.js';

const DOMAINS = DEFAULT_DOMAINS.map(({ name }) => name);
const ROUNDS = process.env['CI_DEEP'] === '1' ? 5 : 1;
const EVENTS_A_ROUND = 400;
const EVENTS_A_FILE = 100;

const LOT = 'CONTENDED';
const LOT_ID = `https://id.gs1.org/01/09521234500018/10/${LOT}`;
const CONTENDERS = ['org1', 'org2', 'org3', 'org1'];
const EVENTS_A_CONTENDER = 5;

const MINUTE = 60_000;
const seed = Number(process.env['COTRACE_SEED'] ?? Date.now() % 2 ** 32);

interface CaptureReport {
  readonly events: number;
  readonly recorded: number;
  readonly alreadyRecorded: number;
  readonly failed: number;
  readonly outcomes: readonly LoggedOutcome[];
}

/** What differs between networks. */
export interface FaultsOf {
  readonly name: string;
  /** What `cotrace network up` is given; `folder` is for files that it needs. */
  readonly flags: (folder: string) => readonly string[];
  /** What is killed, besides the capturing client. */
  readonly kinds: readonly Kind[];
}

export const CHAINCODE: Kind = { name: 'chaincode', pattern: /\.chaincode$/ };
export const MASTER: Kind = { name: 'master', pattern: /\.master$/ };
export const BUSINESS: Kind = { name: 'business', pattern: /\.business$/ };

/** Records are captured while processes are killed: nothing that was acknowledged is lost, nothing is doubled. */
export function faults({ name, flags, kinds }: FaultsOf): void {
  const folder = mkdtempSync(join(tmpdir(), 'cotrace-faults-'));
  const cotrace = new Cotrace(join(folder, 'home'));
  const { home } = cotrace;
  const workspace = new Workspace(home);
  const random = new Random(seed);
  const say = (text: string) => process.stderr.write(`faults: ${text}\n`);

  beforeAll(async () => {
    say(`seed ${seed} (COTRACE_SEED repeats it)`);
    const began = Date.now();
    expect(await cotrace.run('network', 'up', ...flags(folder))).toMatchObject({ code: 0 });
    say(`network up after ${Date.now() - began} ms`);
  }, 2 * MINUTE);

  afterAll(async () => {
    await cotrace.run('network', 'down', '--purge');
    rmSync(folder, { recursive: true, force: true });
  }, MINUTE);

  describe(`on ${name}, several clients that capture events of one identifier at the same time`, () => {
    it(
      'end up in one chain: one wins each version, the others are tried again',
      async () => {
        const clients = CONTENDERS.map((org, i) => {
          const files = writeFiles(
            folder,
            `contender-${i}`,
            contendingEvents(EVENTS_A_CONTENDER, LOT, `CLIENT-${i}`),
            EVENTS_A_CONTENDER,
          );
          return cotrace.json<CaptureReport>('--org', org, 'capture', ...files);
        });
        const ended = await Promise.all(clients);
        expect(ended.map(({ code }) => code)).toEqual(CONTENDERS.map(() => 0));
        const outcomes = ended.flatMap(({ value }) => value.outcomes);
        const retries = outcomes.reduce((sum, { attempts }) => sum + attempts - 1, 0);
        say(`${outcomes.length} contending captures, ${retries} retries`);
        expect(retries).toBeGreaterThan(0);

        const view = new LedgerView(home);
        try {
          await view.settled();
          const links = await view.trace(LOT_ID, 'distribution');
          expect(links.map(({ txId }) => txId).sort()).toEqual(outcomes.map(({ txId }) => txId).sort());
          expect(links).toEqual(
            links.map(({ txId }, i) => ({
              txId,
              ver: links.length - i,
              previous: links[i + 1]?.txId ?? null,
              wrongHint: false,
            })),
          );
        } finally {
          view.close();
        }
      },
      2 * MINUTE,
    );
  });

  const whileFull = contendingEvents(EVENTS_A_CONTENDER, 'WHILE-FULL', 'FULL');

  describe(`a sidecar on ${name} whose disk is full`, () => {
    const MASTER_OF_FIRST = 'org1.master';
    const entryOf = (process: string) =>
      readNetworkState(workspace).processes.find((entry) => entry.name === process);

    it(
      'stops and says why and what to do; nothing is lost, and `network up` brings it back once there is room',
      async () => {
        const entry = entryOf(MASTER_OF_FIRST);
        if (entry === undefined) throw new Error(`${MASTER_OF_FIRST} was never started`);
        // Its store can grow no further.
        const store = join(workspace.nodes, MASTER_OF_FIRST);
        const logs = readdirSync(store).filter((file) => file.endsWith('.log'));
        const size = Math.max(...logs.map((file) => statSync(join(store, file)).size));
        execFileSync('prlimit', [`--pid=${entry.pid}`, `--fsize=${size}`]);

        const files = writeFiles(folder, 'full', whileFull, whileFull.length);
        const captured = await cotrace.json<CaptureReport>('capture', ...files);
        expect([captured.code, captured.value.recorded]).toEqual([0, whileFull.length]);
        while (isRunning(entry)) await sleep(100);
        const last = readFileSync(workspace.log(MASTER_OF_FIRST), 'utf8').trimEnd().split('\n').at(-1);
        expect(last).toMatch(/STORE_FAILED.*cannot be written; free space on its disk .*File too large/);
        const status = await cotrace.json<{ state: string }>('network', 'status');
        expect([status.code, status.value.state]).toEqual([1, 'partly up']);

        expect(await cotrace.run('network', 'up')).toMatchObject({ code: 0 });
        const again = await cotrace.json<CaptureReport>('capture', ...files);
        expect([again.code, again.value.alreadyRecorded]).toEqual([0, whileFull.length]);
        const view = new LedgerView(home);
        try {
          const rows = await view.settled();
          expect(rows.filter(({ state, lag }) => state !== 'following' || lag !== 0n)).toEqual([]);
          const [first, ...others] = await view.attestedBodies(rows[0]?.height ?? 0n);
          expect(others).toEqual(others.map(() => first));
        } finally {
          view.close();
        }
      },
      4 * MINUTE,
    );
  });

  describe(`a network on ${name} whose processes are killed while records are captured`, () => {
    const events = generateEvents(ROUNDS * EVENTS_A_ROUND, random);
    const rounds = Array.from({ length: ROUNDS }, (_, i) =>
      writeFiles(
        folder,
        `round-${i}`,
        events.slice(i * EVENTS_A_ROUND, (i + 1) * EVENTS_A_ROUND),
        EVENTS_A_FILE,
      ),
    );
    const logPath = join(folder, 'outcomes.ndjson');
    const log = { path: logPath, outcomes: new OutcomeLog(logPath) };

    it(
      'goes on after every kill, and every capture ends',
      async () => {
        const supervisor = new Supervisor(cotrace, random);
        const kills: Kill[] = [];
        try {
          for (const [i, files] of rounds.entries()) {
            const began = Date.now();
            const task = { cotrace, files, events: EVENTS_A_ROUND, kinds };
            const { last, kills: killed } = await captureUnderFire(task, log, supervisor, random);
            const list = killed.map(({ victim, after }) => `${victim} at ${after}`).join(', ');
            say(`round ${i + 1}: ${Date.now() - began} ms; killed ${list}`);
            expect({ ...last, stdout: '' }).toMatchObject({ code: 0 });
            kills.push(...killed);
          }
        } finally {
          await supervisor.stop();
        }
        const times = supervisor.ups.map(
          ({ milliseconds, disturbed }) => `${milliseconds}${disturbed ? ' (disturbed)' : ''}`,
        );
        say(`network up again after ms: ${times.join(', ')}`);
        const failed = supervisor.ups.filter(({ code, disturbed }) => code !== 0 && !disturbed);
        expect(failed).toEqual([]);
        for (const kind of ['client', ...kinds.map(({ name }) => name)]) {
          expect(kills.filter((kill) => kill.kind === kind)).toHaveLength(ROUNDS);
        }
      },
      8 * ROUNDS * MINUTE,
    );

    it(
      'completes the rest by a repeated capture, and has every event once',
      async () => {
        const began = Date.now();
        const { code, value } = await cotrace.json<CaptureReport>('capture', ...rounds.flat());
        const { recorded, alreadyRecorded, outcomes } = value;
        say(`repeated capture: ${recorded} recorded, ${alreadyRecorded} were; ${Date.now() - began} ms`);
        expect({ code, count: recorded + alreadyRecorded }).toEqual({ code: 0, count: events.length });
        const transactions = new Map(outcomes.map(({ txId }, i) => [txId ?? '', events[i] ?? null]));
        expect(transactions.size).toBe(events.length);
        const acknowledged = log.outcomes.read().filter(({ txId }) => txId !== null);
        say(`${acknowledged.length} acknowledgements before`);
        expect(acknowledged.filter(({ txId }) => !transactions.has(txId ?? ''))).toEqual([]);
        const view = new LedgerView(home);
        try {
          await view.settled();
          await checkOwnIdentifiers(view, transactions, acknowledged);
          await checkChains(view, transactions);
        } finally {
          view.close();
        }
      },
      4 * MINUTE,
    );

    it(
      'is attested alike by all masters, and its nodes hold equal state of each domain',
      async () => {
        const view = new LedgerView(home);
        try {
          const rows = await view.settled();
          const height = rows[0]?.height ?? 0n;
          expect(rows.map(({ name, state, lag }) => ({ name, state, lag }))).toEqual(
            rows.map(({ name }) => ({ name, state: 'following', lag: 0n })),
          );
          const [first, ...others] = await view.attestedBodies(height);
          expect(first).toHaveLength(Number(height));
          expect(others).toEqual(others.map(() => first));
          for (const [, digests] of await view.digests()) expect(new Set(digests).size).toBe(1);
          expect(await view.evidence()).toEqual([]);
          say(`${height} blocks`);
        } finally {
          view.close();
        }
      },
      2 * MINUTE,
    );

    it(
      'holds in the stores of its nodes one entry for every event, and no version left out',
      async () => {
        expect(await cotrace.run('network', 'down')).toMatchObject({ code: 0 });
        const expected = [
          ...events,
          ...CONTENDERS.flatMap((_, i) => contendingEvents(EVENTS_A_CONTENDER, LOT, `CLIENT-${i}`)),
          ...whileFull,
        ];
        const consortium = readConsortium(new Workspace(home).consortium);
        for (const domain of DOMAINS) {
          const node = findNode(consortium, `org2.${domain}`, 'business');
          const ofDomain = expected.filter((event) => event.domain === domain);
          const store = await DomainStore.open(join(home, 'nodes', node.name), storeOwner(node, consortium));
          try {
            const count = async (prefix: string) => {
              let entries = 0;
              for await (const { entry } of store.range(domain, prefix, `${prefix}\u{10ffff}`)) {
                if (!entry.deleted) entries += 1;
              }
              return entries;
            };
            expect({ domain, events: await count('evt/'), records: await count('rec/') }).toEqual({
              domain,
              events: ofDomain.length,
              records: ofDomain.length,
            });
            for (const [id, records] of countByIdentifier(ofDomain)) {
              const entry = store.entry(domain, `trace/${id}`);
              const row = JSON.parse(Buffer.from(entry?.value ?? []).toString('utf8')) as { ver: number };
              expect({ id, ver: row.ver, writes: entry?.verNum }).toEqual({
                id,
                ver: records,
                writes: records,
              });
            }
          } finally {
            await store.close();
          }
        }
      },
      2 * MINUTE,
    );
  });
}

/** What was acknowledged is where the acknowledgement said it is, and what every event alone names leads to it. */
async function checkOwnIdentifiers(
  view: LedgerView,
  transactions: ReadonlyMap<string, GeneratedEvent | null>,
  acknowledged: readonly LoggedOutcome[],
): Promise<void> {
  const blocks = new Map<string, bigint>();
  for (const domain of DOMAINS) {
    const ofDomain = [...transactions].filter(([, event]) => event?.domain === domain);
    const heads = await view.heads(
      domain,
      ofDomain.map(([, event]) => event?.own ?? ''),
    );
    expect(heads.map(({ txId }) => txId)).toEqual(ofDomain.map(([txId]) => txId));
    for (const { txId, block } of heads) blocks.set(txId, block);
  }
  for (const { txId, block } of acknowledged) {
    if (block !== null) expect({ txId, block }).toEqual({ txId, block: String(blocks.get(txId ?? '')) });
  }
}

/** Every chain, as a master walks it, has the transactions of its events and no others, and counts without a gap. */
async function checkChains(
  view: LedgerView,
  transactions: ReadonlyMap<string, GeneratedEvent | null>,
): Promise<void> {
  for (const [id, chains] of sharedChains(transactions)) {
    for (const [domain, txIds] of chains) {
      const records = await view.trace(id, domain);
      expect(records.map(({ txId }) => txId).sort()).toEqual(txIds.sort());
      expect(records.map(({ ver }) => ver)).toEqual(records.map((_, i) => records.length - i));
    }
  }
}

/** Per identifier that events share, and per domain, the transactions that must be in its chain. */
function sharedChains(
  transactions: ReadonlyMap<string, GeneratedEvent | null>,
): Map<string, Map<string, string[]>> {
  const chains = new Map<string, Map<string, string[]>>();
  for (const [txId, event] of transactions) {
    if (event === null) continue;
    for (const id of event.ids.filter((candidate) => candidate !== event.own)) {
      const byDomain = chains.get(id) ?? new Map<string, string[]>();
      byDomain.set(event.domain, [...(byDomain.get(event.domain) ?? []), txId]);
      chains.set(id, byDomain);
    }
  }
  return chains;
}

function countByIdentifier(events: readonly GeneratedEvent[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const id of events.flatMap(({ ids }) => ids)) counts.set(id, (counts.get(id) ?? 0) + 1);
  return counts;
}
