import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import {
  type CotraceError,
  decodeHead,
  isCotraceError,
  relayedError,
  sha256,
  toHex,
  understand,
  understoodText,
  utf8,
} from '@cotrace/core';
import { readTextFile } from '@cotrace/network';
import {
  readTraceProof,
  type TraceAnswer,
  type TraceProof,
  type Trust,
  writeTraceProof,
} from '@cotrace/verifier';
import type { Connections } from '../client/connections.js';
import { faultText } from '../client/faults.js';
import { loadTrust } from '../client/trust.js';
import { watchTrace } from '../client/watch-trace.js';
import { Workspace } from '../workspace/workspace.js';
import { isAborted, pauseFor } from '../node/retry.js';
import { interruptible } from './interruptible.js';
import { EXIT, exitCodeOf, printError, type Output } from './output.js';
import { counted } from './trace-words.js';
import { writeWhole } from './write-text.js';

export interface WatchOptions {
  /** Path of the trust file. */
  readonly trust: string;
  /** Folder of what is known: a proof for each identifier. */
  readonly folder: string;
  /** Seconds between two looks; null: once. */
  readonly every: number | null;
}

/** How an identifier stands. */
interface Watched {
  readonly traceId: string;
  readonly block: bigint;
  readonly before: bigint | null;
  readonly organisations: readonly { readonly mspId: string; readonly count: number }[];
  /** Events since the last look. */
  readonly more: number;
}

/**
 * `cotrace watch TRACEID…`: whether what was known of identifiers still holds, and what is new. Ends with the exit code of a
 * disproved answer where a history was rewritten or cut: the proofs that show it are kept.
 */
export async function watch(
  connections: Connections,
  traceIds: readonly string[],
  { trust: trustPath, folder, every }: WatchOptions,
  output: Output,
): Promise<number> {
  const trust = loadTrust(trustPath);
  const ids = traceIds.map((typed) => {
    const understood = understand(typed);
    for (const line of understoodText(typed, understood)) output.progress(line);
    return understood.traceId;
  });
  mkdirSync(folder, { recursive: true });
  let worst: number = EXIT.done;
  await interruptible(async (signal) => {
    do {
      const looks = [];
      for (const traceId of ids) looks.push(await lookAt(connections, traceId, { folder, trust }, output));
      worst = Math.max(worst, ...looks);
      if (every !== null) await pauseFor(1000 * every, signal);
    } while (every !== null && !isAborted(signal));
  });
  return worst;
}

/** Where what is watched is kept, unless the user says otherwise. */
export function watchFolder(home: string): string {
  return new Workspace(home).path('watch');
}

/** Looks at one identifier, and shows how it stands; returns the exit code. */
async function lookAt(
  connections: Connections,
  traceId: string,
  { folder, trust }: { readonly folder: string; readonly trust: Trust },
  output: Output,
): Promise<number> {
  const path = join(folder, `${toHex(sha256(utf8(traceId))).slice(0, 32)}.json`);
  try {
    const earlier = keptAt(path);
    const known = earlier === null ? null : { proof: earlier, path };
    const { proof, answer, rewritten } = await watchTrace(connections, traceId, known, trust);
    if (rewritten !== null) return showRewritten(rewritten, path, proof, output);
    writeWhole(path, writeTraceProof(proof));
    const watched = watchedOf(traceId, earlier, answer);
    const faults = connections.faults.list();
    output.result({ ...watched, faults }, () => [textOf(watched), ...faults.map(faultText)]);
    return EXIT.done;
  } catch (error) {
    if (!isCotraceError(error)) throw error;
    printError(error, output.json);
    return exitCodeOf(error);
  }
}

/** The proof that is kept at a path; null where there is none. */
function keptAt(path: string): TraceProof | null {
  if (!existsSync(path)) return null;
  try {
    return readTraceProof(readTextFile(path, 'NO_FILE'));
  } catch (error) {
    if (!isCotraceError(error)) throw error;
    const told = `${path} is not a proof that was kept there; move it away, and watching begins again`;
    throw relayedError(error.code, told, { ...error.detail, path }, error);
  }
}

/** The proof that is known stays as it is, and the one that contradicts it is put beside it. */
function showRewritten(error: CotraceError, path: string, proof: TraceProof, output: Output): number {
  const contradicting = path.replace(/\.json$/, `.block-${proof.root.block}.json`);
  writeWhole(contradicting, writeTraceProof(proof));
  const told = `the history is not the one that was known: ${path} and ${contradicting} show it; keep both, and give them to the other organisations`;
  printError(
    relayedError(error.code, told, { ...error.detail, known: path, contradicting }, error),
    output.json,
  );
  return EXIT.disproved;
}

function watchedOf(traceId: string, earlier: TraceProof | null, { asOf, identifiers }: TraceAnswer): Watched {
  const own = identifiers.find((one) => one.traceId === traceId);
  const organisations = (own?.organisations ?? []).map(({ mspId, count }) => ({ mspId, count }));
  const before = earlier?.traces.find((one) => one.traceId === traceId) ?? null;
  const known = before?.head == null ? [] : decodeHead(before.head);
  const sum = (trees: readonly { readonly count: number }[]) =>
    trees.reduce((all, { count }) => all + count, 0);
  return {
    traceId,
    block: asOf.block,
    before: earlier?.root.block ?? null,
    organisations,
    more: sum(organisations) - sum(known),
  };
}

function textOf({ traceId, block, before, organisations, more }: Watched): string {
  const by = organisations
    .map(({ mspId, count }) => `${mspId === '' ? 'others' : mspId} ${count}`)
    .join(', ');
  const all =
    organisations.length === 0
      ? 'no record'
      : counted(
          organisations.reduce((sum, { count }) => sum + count, 0),
          'event',
        );
  const since =
    before === null ? 'watched from now on' : `${more} new since block ${before}, nothing before it changed`;
  return `${traceId}: ${all}${by === '' ? '' : ` (${by})`} as of block ${block}; ${since}`;
}
