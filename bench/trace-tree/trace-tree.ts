import { encodeEventLeaf, encodeHead } from '@cotrace/core';
import { bytes, table } from '@cotrace/gateway-app';
import { mkdtemp, rm } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { GoProgram } from '../go-program.js';
import type { Bench } from '../main.js';
import { rounded, say } from '../output.js';
import { headAfter, history, ours, theirs, type Cost, type Measured, type Page } from './subjects.js';

const SIZES = [14, 1_000, 10_000, 100_000];
const NOT_MEASURED = [
  'finding nodes in a store: they are in memory here',
  'taking events out of transactions',
  'the proof of the head in the state trie, and attestations',
];

interface AtSize {
  readonly events: number;
  readonly pages: readonly Page[];
  readonly headBytes: number;
  readonly leafBytes: number;
  readonly ours: Measured;
  readonly theirs: Measured | null;
}

/** Acceptance: what the tree of a trace's events costs to build, to show pages of, and to watch. */
export const traceTreeBench: Bench = {
  summary:
    'the tree of a trace’s events beside transparency-dev/merkle (Go): appending, pages, growth, bytes [--most EVENTS, default 100000] [--rounds N, default 5]',
  run: async (args, signal) => {
    const { values } = parseArgs({
      args: [...args],
      options: { most: { type: 'string', default: '100000' }, rounds: { type: 'string', default: '5' } },
    });
    const [most, rounds] = [Number(values.most), Number(values.rounds)];
    if (!(most >= 1) || !(rounds >= 1)) throw new Error('--most and --rounds must be numbers from 1');
    const program = GoProgram.build('trace-tree');
    if (program === null) say('there is no Go here: transparency-dev/merkle is left out');
    const folder = await mkdtemp(join(tmpdir(), 'cotrace-trace-tree-'));
    try {
      const results: AtSize[] = [];
      for (const size of SIZES.filter((count) => count <= most)) {
        if (!signal.aborted) results.push(measure(size, rounds, program, folder));
      }
      report(results);
    } finally {
      program?.remove();
      await rm(folder, { recursive: true, force: true });
    }
  },
};

function measure(size: number, rounds: number, program: GoProgram | null, folder: string): AtSize {
  const events = history(size);
  const pages = [
    { name: 'newest', first: size - 1, step: 1 },
    { name: 'newest 20', first: Math.max(0, size - 20), step: 1 },
    { name: 'each 100th', first: 0, step: 100 },
    { name: 'all', first: 0, step: 1 },
  ];
  // A tenth is where a watcher stood.
  const older = Math.ceil(size / 10);
  const own = ours(events, older, pages, rounds);
  const peer = program === null ? null : theirs(program, events, older, pages, rounds, folder);
  if (peer !== null && peer.root !== own.root) throw new Error(`the roots of ${size} events differ`);
  return {
    events: size,
    pages,
    headBytes: encodeHead(headAfter(events)).length,
    leafBytes: events.reduce((sum, event) => sum + encodeEventLeaf(event).length, 0) / size,
    ours: own,
    theirs: peer,
  };
}

function report(results: readonly AtSize[]): void {
  say(`${cpus().length} processors (${cpus()[0]?.model ?? 'unknown'}), Node ${process.version}`);
  say('\nOne organisation’s events of one trace: ours, then transparency-dev/merkle with the same root.');
  say(
    table([
      ['events', 'append, µs an event', 'head', 'leaf', 'growth from a tenth', 'make, µs', 'verify, µs'],
      ...results.map(({ events, headBytes, leafBytes, ours: own, theirs: peer }) => [
        events.toLocaleString('en'),
        beside(own, peer, ({ appendMs }) => ((appendMs * 1000) / events).toFixed(2)),
        bytes(headBytes),
        bytes(Math.round(leafBytes)),
        ...cells(own, peer, ({ growth }) => growth),
      ]),
    ]),
  );
  say('\nPages: one path, beside an inclusion proof for each event. Ours also reads and checks the events.');
  say(
    table([
      ['events', 'shown', 'path', 'make, µs', 'verify, µs'],
      ...results.flatMap(({ events, pages, ours: own, theirs: peer }) =>
        pages.map(({ name }, i) => [
          events.toLocaleString('en'),
          name,
          ...cells(own, peer, (subject) => subject.pages[i] ?? { bytes: 0, makeMs: 0, verifyMs: 0 }),
        ]),
      ),
    ]),
  );
  say(`\nNot measured: ${NOT_MEASURED.join('; ')}.`);
  say(JSON.stringify({ bench: 'trace-tree', results, notMeasured: NOT_MEASURED }, rounded(4)));
}

function cells(own: Measured, peer: Measured | null, of: (subject: Measured) => Cost): string[] {
  return [
    beside(own, peer, (subject) => bytes(of(subject).bytes)),
    beside(own, peer, (subject) => (of(subject).makeMs * 1000).toFixed(1)),
    beside(own, peer, (subject) => (of(subject).verifyMs * 1000).toFixed(1)),
  ];
}

function beside(own: Measured, peer: Measured | null, text: (subject: Measured) => string): string {
  return peer === null ? text(own) : `${text(own)} / ${text(peer)}`;
}
