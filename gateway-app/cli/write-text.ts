import { accessSync, constants, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { CotraceError } from '@cotrace/core';
import { writeAtomically } from '../workspace/workspace.js';

/** Writes a file that the user named. Throws `NO_FILE`. */
export function writeText(path: string, text: string): void {
  try {
    writeFileSync(path, text);
  } catch (cause) {
    throw notWritable(path, cause);
  }
}

/** Writes a file, and the folder that it is in, so that readers see the old content or the new one. Throws `NO_FILE`. */
export function writeWhole(path: string, text: string): void {
  try {
    writeAtomically(path, text);
  } catch (cause) {
    throw notWritable(path, cause);
  }
}

/** Makes sure, before the work whose result goes there, that a file can be written. Throws `NO_FILE`. */
export function requireWritable(path: string): void {
  try {
    const isFolder = statSync(path, { throwIfNoEntry: false })?.isDirectory();
    if (isFolder === true) throw new CotraceError('NO_FILE', `${path} is a folder`, { path });
    accessSync(isFolder === undefined ? dirname(path) : path, constants.W_OK);
  } catch (cause) {
    throw notWritable(path, cause);
  }
}

function notWritable(path: string, cause: unknown): CotraceError {
  return new CotraceError('NO_FILE', `${path} cannot be written`, { path }, cause);
}
