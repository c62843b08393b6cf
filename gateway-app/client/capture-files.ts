import {
  captureDocuments,
  type CaptureListeners,
  type CaptureOptions,
  type CaptureSummary,
} from './capture-documents.js';
import { openSources } from './capture-sources.js';
import type { Connections } from './connections.js';

/**
 * Captures the EPCIS files at `paths`, those in folders, and what comes from `stdin` where one is `-`; see `openSources` and
 * `captureDocuments`. Throws `NO_FILE` before anything is captured.
 */
export async function captureFiles(
  connections: Connections,
  paths: readonly string[],
  options: CaptureOptions,
  signal: AbortSignal,
  listeners: CaptureListeners,
  stdin: AsyncIterable<Uint8Array> = process.stdin,
): Promise<CaptureSummary> {
  const { documents, leftOut } = await openSources(paths, stdin, signal);
  const { outcomes, warnings } = await captureDocuments(connections, documents, options, signal, listeners);
  return { outcomes, warnings: [...leftOutText(leftOut), ...warnings] };
}

/** Most files that were left out that are named. */
const MAX_NAMED = 20;

/** What is said of files that were left out. */
export function leftOutText(paths: readonly string[]): string[] {
  const named = paths
    .slice(0, MAX_NAMED)
    .map((path) => `${path} was left out: its name is not that of EPCIS in JSON`);
  const more = paths.length - named.length;
  return more === 0 ? named : [...named, `${more} more files were left out`];
}
