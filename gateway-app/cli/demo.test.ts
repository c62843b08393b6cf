import { readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { CotraceError } from '@cotrace/core';
import { readEpcisFile } from '@cotrace/epcis';
import { readTopology } from '@cotrace/network';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { SessionOptions } from '../client/session.js';
import { committing } from '../testing/committing.js';
import type { BusinessAnswers } from '../testing/fake-network.js';
import { refused } from '../testing/gateway-errors.js';
import { LedgerScene, type SceneOptions, type SceneRecord } from '../testing/ledger-scene.js';
import { spoken } from '../testing/printed.js';
import { noteSignalHandlers } from '../testing/signal-handlers.js';
import type { Workspace } from '../workspace/workspace.js';
import { demo } from './demo.js';
import { EXIT, Output } from './output.js';
import { RICE_FILES } from './rice-chain.js';

const DOMAINS = ['production', 'processing', 'distribution', 'retail'];
/** Three organisations have a master, and a business node of each domain. */
const NODES = 15;
/** How long the demonstration is seen to stay up, in milliseconds. */
const A_WHILE_MS = 30;

/** The program finds its files from where it is built; here it is one folder less deep. */
const HERE = dirname(fileURLToPath(import.meta.url));
const asBuilt = (path: string) => join(HERE, '..', 'dist', 'cli', relative(HERE, path));
const FILES = RICE_FILES.map(asBuilt);

/** The events of the rice chain, as they are recorded. */
function riceChain(): SceneRecord[] {
  const events = FILES.flatMap((path) => readEpcisFile(readFileSync(path, 'utf8'), path).events);
  return events.map(({ result }, i) => {
    if (!result.ok) throw new RangeError('the demonstration has a wrong event');
    const { step, traces } = result.record;
    return { label: `${i}`, domain: result.domain, ...(step === null ? {} : { step }), traces };
  });
}

let scene: LedgerScene;
let forget: () => void;

beforeAll(async () => {
  scene = await LedgerScene.create(DOMAINS, riceChain());
});

afterAll(() => scene.close());

beforeEach(() => {
  forget = noteSignalHandlers();
});

afterEach(() => {
  forget();
});

const ALREADY = refused('DUPLICATE', { txId: 'cd'.repeat(32), recordId: 'ef' });
/** A chaincode that has recorded all before. */
const contract = committing(20n, () => ALREADY);

/** A business node that has all blocks, and `more` that is otherwise. */
const business = (more: { state?: string; digest?: number; storeBytes?: bigint } = {}): BusinessAnswers => {
  const { height } = scene.chain;
  const { state = 'following', digest = 1, storeBytes = 12_300n } = more;
  return {
    status: () => Promise.resolve({ height, state, storeBytes }),
    digest: () => Promise.resolve({ height, digest: Uint8Array.of(digest) }),
  };
};

interface Running extends SceneOptions {
  readonly once?: boolean;
  readonly json?: boolean;
  /** Path of the topology file that is asked for. */
  readonly topology?: string | null;
  /** Bringing the network up, by default without trouble. */
  readonly up?: () => Promise<void>;
  /** What happens when a line is written on standard error. */
  readonly hears?: (line: string) => void;
}

/** Runs the demonstration; `done` is what it does with the network, in order. */
async function shown({ once = true, json = false, topology = 't.yaml', ...options }: Running = {}) {
  const { up = () => Promise.resolve(), hears = () => undefined } = options;
  const choice = { topology, backend: 'fabric' } as const;
  const done: unknown[] = [];
  const everywhere = scene.network.organisations.flatMap(({ name }) =>
    DOMAINS.map((domain) => [`${name}.${domain}`, business()] as const),
  );
  const nodes = { ...Object.fromEntries(everywhere), ...options.nodes };
  const network = {
    up: (workspace: Workspace, wanted: unknown, tell: (line: string) => void) => {
      done.push(['up', workspace.root, wanted]);
      tell('starting');
      return up();
    },
    down: (workspace: Workspace, purge: boolean, tell: (line: string) => void) => {
      done.push(['down', workspace.root, purge]);
      tell('stopping');
      return Promise.resolve(true);
    },
    files: FILES,
    open: (as: SessionOptions | { readonly client: string }) => {
      done.push(['open', as]);
      const connections = scene.connections({ contract: options.contract ?? contract, nodes });
      connections.close = () => done.push(['close', as]);
      return connections;
    },
  };
  const output = new Output(json);
  const progress = output.progress.bind(output);
  output.progress = (line) => {
    progress(line);
    hears(line);
  };
  const result = await spoken(() => demo(scene.network.dir, choice, once, output, network));
  return { ...result, done };
}

const checksIn = (text: string) => text.split('\n').filter((line) => /^(?:ok {2}|FAIL) /.test(line));
const ALL_OK = [
  'ok   12 of 12 events of the rice chain recorded',
  "ok   12 events of the consumer's lot proven complete from the trust file alone",
  `ok   ${NODES} of ${NODES} nodes have verified every block`,
  'ok   the nodes of every domain hold equal state',
];

describe('the demonstration', () => {
  it('brings a network up, shows that all holds, and stops it', async () => {
    const { code, text, said, done } = await shown();
    expect([code, said, checksIn(text)]).toEqual([EXIT.done, 'starting\nstopping\n', ALL_OK]);
    const home = scene.network.dir;
    const opened = [{ home }, ...['org1', 'org2', 'org3'].map((org) => ({ home, org }))];
    const [own, ...others] = opened;
    expect(done).toEqual([
      ['up', home, { topology: 't.yaml', backend: 'fabric' }],
      ['open', own],
      ...others.flatMap((as) => [
        ['open', as],
        ['close', as],
      ]),
      ['close', own],
      ['down', home, false],
    ]);
  });

  it('has cycles of its own length on a new network that nobody describes', async () => {
    const { done } = await shown({ topology: null });
    const [up] = done as (readonly [string, string, { readonly topology: string }])[];
    expect(readTopology(asBuilt(up?.[2].topology ?? '')).checkingHeight).toBeLessThan(10);
  });

  it('shows what the consumer sees, and what each node stores', async () => {
    const { text } = await shown({ nodes: { 'org2.retail': business({ storeBytes: 5n }) } });
    expect(text).toMatch(
      /^\nWhat the consumer sees who scans (https:\S+BAG-1KG-7):\n\n\1: 12 events, upstream included\n/,
    );
    const stores = /\n\nWhat each node stores:\n((?: .*\n)+)\n/.exec(text)?.[1] ?? '';
    const rows = stores
      .trimEnd()
      .split('\n')
      .map((line) => line.split(/ {2,}/).slice(1));
    expect(rows).toHaveLength(NODES);
    expect(rows[0]).toEqual(['org1.master', 'master', 'all domains', expect.stringMatching(/^\d+\.\d kB$/)]);
    expect(rows).toContainEqual(['org1.retail', 'business', 'retail', '12.3 kB']);
    expect(rows).toContainEqual(['org2.retail', 'business', 'retail', '5 B']);
  });

  it('shows the same as JSON', async () => {
    const { text } = await shown({ json: true });
    const { holds, checks, trace, nodes } = JSON.parse(text) as {
      holds: boolean;
      checks: readonly { what: string; holds: boolean }[];
      trace: { events: readonly unknown[] };
      nodes: readonly { name: string }[];
    };
    expect(holds).toBe(true);
    expect(checks.map((check) => `${check.holds ? 'ok  ' : 'FAIL'} ${check.what}`)).toEqual(ALL_OK);
    expect([trace.events.length, nodes.length, nodes[0]?.name]).toEqual([12, NODES, 'org1.master']);
  });

  it('counts events that are recorded now as well, and reports progress', async () => {
    const some = committing(20n, (_call, i) => {
      if (i === 1) return new CotraceError('UNREACHABLE', 'nobody listens');
      return i > 3 ? ALREADY : null;
    });
    const { code, text, said } = await shown({ contract: some });
    expect([code, checksIn(text)]).toEqual([EXIT.done, ALL_OK]);
    expect(said).toContain('\nretrying: [UNREACHABLE] nobody ');
  });

  it.each<[string, () => Running, number, string]>([
    [
      'an event is refused',
      () => ({ contract: committing(20n, (_call, i) => (i === 12 ? refused('BAD_RECORD') : ALREADY)) }),
      0,
      'FAIL 11 of 12 events of the rice chain recorded',
    ],
    [
      'a node does not follow',
      () => ({ nodes: { 'org1.retail': business({ state: 'starting' }) } }),
      2,
      `FAIL ${NODES - 1} of ${NODES} nodes have verified every block`,
    ],
    [
      'a node holds another state',
      () => ({ nodes: { 'org1.retail': business({ digest: 2 }) } }),
      3,
      'FAIL the nodes of every domain hold equal state',
    ],
  ])('fails where %s, and says so', async (_title, options, i, line) => {
    const { code, text, done } = await shown(options());
    expect([code, checksIn(text)]).toEqual([EXIT.failed, ALL_OK.map((ok, at) => (at === i ? line : ok))]);
    expect(done.at(-1)).toEqual(['down', scene.network.dir, false]);
  });

  it('waits a quarter of a minute for nodes that are behind, and shows what is known of them', async () => {
    const began = Date.now();
    let passed = 0;
    let asked = 0;
    const now = jest.spyOn(Date, 'now').mockImplementation(() => began + passed);
    const silent: BusinessAnswers = {
      ...business(),
      status: () => {
        asked += 1;
        passed = asked === 1 ? 15_000 : 15_001;
        return Promise.reject(new CotraceError('UNREACHABLE', 'nobody listens'));
      },
    };
    try {
      const { code, text } = await shown({ nodes: { 'org1.retail': silent } });
      expect([code, asked, checksIn(text)[2]]).toEqual([
        EXIT.failed,
        2,
        `FAIL ${NODES - 1} of ${NODES} nodes have verified every block`,
      ]);
      expect(text).toMatch(/\n {2}org1\.retail +business +retail +0 B\n/);
    } finally {
      now.mockRestore();
    }
  });

  it.each(['SIGINT', 'SIGTERM'] as const)('stays up until %s', async (signal) => {
    let stayed = false;
    const hears = (line: string) => {
      if (line.startsWith('The network stays up until you press Ctrl-C')) {
        void sleep(A_WHILE_MS).then(() => {
          stayed = true;
          process.emit(signal);
        });
      }
      if (line === 'stopping') {
        expect(stayed).toBe(true);
        // A terminal and `npm start` may both send it.
        process.emit(signal);
      }
    };
    const { code, said, done } = await shown({ once: false, hears });
    expect([code, stayed, process.listenerCount(signal) > 0]).toEqual([EXIT.done, true, true]);
    expect(said).toMatch(
      /^starting\n\nThe network stays up .* node_modules\/\.bin\/cotrace nodes\nstopping\n$/,
    );
    expect(done.at(-1)).toEqual(['down', scene.network.dir, false]);
  });

  it('stops the network where it is interrupted before everything is checked', async () => {
    let text = '';
    const ended: unknown[] = [];
    const interrupting = committing(20n, () => {
      process.emit('SIGINT');
      return ALREADY;
    });
    const hears = (line: string) => ended.push(line);
    const run = shown({ contract: interrupting, hears }).then((result) => (text = result.text));
    await expect(run).rejects.toMatchObject({ code: 'INTERRUPTED' });
    expect([text, ended.at(-1)]).toEqual(['', 'stopping']);
  });

  it('stops what it started where the network does not come up', async () => {
    const ended: string[] = [];
    const up = () => Promise.reject(new CotraceError('NOT_READY', 'it hangs'));
    await expect(shown({ up, hears: (line) => ended.push(line) })).rejects.toMatchObject({
      code: 'NOT_READY',
    });
    expect(ended).toEqual(['starting', 'stopping']);
  });
});
