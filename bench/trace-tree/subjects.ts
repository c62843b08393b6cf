import {
  encodeEventLeaf,
  equalBytes,
  eventPath,
  extendHead,
  growthProof,
  lp,
  MerkleTree,
  rootOfPeaks,
  sha256,
  toHex,
  utf8,
  verifyEvents,
  verifyGrowth,
  type PerfectNodes,
  type TraceEvent,
  type TraceHead,
} from '@cotrace/core';
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { GoProgram } from '../go-program.js';

/** Which events are shown: from `first` on, each `step`-th. */
export interface Page {
  readonly name: string;
  readonly first: number;
  readonly step: number;
}

/** Milliseconds of making and checking a proof, and its bytes. */
export interface Cost {
  readonly makeMs: number;
  readonly verifyMs: number;
  readonly bytes: number;
}

/** What one subject takes for one trace; `root` shows that all measured the same. */
export interface Measured {
  readonly root: string;
  readonly appendMs: number;
  readonly growth: Cost;
  readonly pages: readonly Cost[];
}

const TRACE_ID = 'https://id.gs1.org/01/09521234005568/10/L1';
const MSP_ID = 'FarmMSP';

/** `count` events of one organisation and trace, every other one a mark. */
export function history(count: number): TraceEvent[] {
  return Array.from({ length: count }, (_, i) => {
    const hash = (what: string): Uint8Array => sha256(utf8(`${what} ${i}`));
    return {
      txId: toHex(hash('transaction')),
      blockNum: BigInt(1 + Math.floor(i / 100)),
      txNum: i % 100,
      domain: 'production',
      mspId: MSP_ID,
      envelopeHash: hash('envelope'),
      key: i % 2 === 0 ? `trace/${TRACE_ID}` : `mark/${TRACE_ID} ${toHex(hash('record'))}`,
      valueHash: hash('value'),
    };
  });
}

/** The head after these events, at least one. */
export function headAfter(events: readonly TraceEvent[]): TraceHead {
  return events.reduce<TraceHead>((head, event) => extendHead(head, event), []);
}

/** What `core/trace-tree` takes, the least of `rounds`. */
export function ours(
  events: readonly TraceEvent[],
  older: number,
  pages: readonly Page[],
  rounds: number,
): Measured {
  const [before, head] = [headAfter(events.slice(0, older)), headAfter(events)];
  const tree = new MerkleTree(events.map(encodeEventLeaf));
  const nodes: PerfectNodes = ({ level, position }) => {
    const node = tree.node(level, position);
    if (node === null) throw new RangeError('no such node');
    return node;
  };
  const root = rootOfPeaks(head[0]?.peaks ?? []);
  if (!equalBytes(root, tree.root)) throw new Error('peaks and tree differ');
  const grown = growthProof(before, head, () => nodes);
  return {
    root: toHex(root),
    appendMs: least(rounds, () => headAfter(events)),
    growth: {
      makeMs: least(rounds, () => growthProof(before, head, () => nodes)),
      verifyMs: least(rounds, () => verifyGrowth(before, head, grown)),
      bytes: grown.length,
    },
    pages: pages.map(({ first, step }) => {
      const indices = events.map((_, i) => i).filter((i) => i >= first && (i - first) % step === 0);
      const path = eventPath(events.length, indices, nodes);
      const shown = events
        .map((event, index) => ({ index, leaf: encodeEventLeaf(event) }))
        .filter(({ index }) => index >= first && (index - first) % step === 0);
      return {
        makeMs: least(rounds, () => eventPath(events.length, indices, nodes)),
        verifyMs: least(rounds, () => verifyEvents(TRACE_ID, head, { mspId: MSP_ID, events: shown, path })),
        bytes: path.length,
      };
    }),
  };
}

/** What the Go program takes for the leaves of the same events, which are written into `folder`. */
export function theirs(
  program: GoProgram,
  events: readonly TraceEvent[],
  older: number,
  pages: readonly Page[],
  rounds: number,
  folder: string,
): Measured {
  const file = join(folder, 'leaves');
  writeFileSync(file, Buffer.concat(events.map((event) => lp(encodeEventLeaf(event)))));
  const shown = pages.map(({ first, step }) => `${first}:${step}`);
  const { status, stdout } = spawnSync(program.path, [file, String(older), String(rounds), ...shown], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 2],
  });
  if (status !== 0) throw new Error(`the Go program ended with ${String(status)}`);
  return JSON.parse(stdout) as Measured;
}

function least(rounds: number, act: () => unknown): number {
  const times = Array.from({ length: rounds }, () => {
    const start = performance.now();
    act();
    return performance.now() - start;
  });
  return Math.min(...times);
}
