import { readFileSync } from 'node:fs';
import { CotraceError } from '@cotrace/core';
import {
  captureDocuments,
  type CaptureListeners,
  type CaptureOptions,
  type CaptureSummary,
} from './capture-documents.js';
import type { Connections } from './connections.js';

/** Captures the EPCIS files at `paths`; see `captureDocuments`. Throws `NO_FILE` before anything is captured. */
export function captureFiles(
  connections: Connections,
  paths: readonly string[],
  options: CaptureOptions,
  signal: AbortSignal,
  listeners: CaptureListeners,
): Promise<CaptureSummary> {
  const documents = paths.map((path) => ({ name: path, bytes: readBytes(path) }));
  return captureDocuments(connections, documents, options, signal, listeners);
}

function readBytes(path: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (cause) {
    throw new CotraceError('NO_FILE', `${path} cannot be read`, { path }, cause);
  }
}
