import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { repository } from '../architecture/sources.js';

/** A text file of the repository. */
export interface TextFile {
  /** Path from the repository's root, with slashes. */
  readonly path: string;
  readonly text: string;
}

/** What is installed, built, generated or made by running; all of it has a rule in .gitignore but `gen`. */
const SKIPPED: ReadonlySet<string> = new Set([
  '.cotrace',
  '.git',
  'coverage',
  'dist',
  'gen',
  'node_modules',
  'package',
]);

/** Every file of the repository whose name ends in one of `endings`, by path. */
export function filesEndingIn(...endings: readonly string[]): TextFile[] {
  return pathsBelow('')
    .filter((path) => endings.some((ending) => path.endsWith(ending)))
    .map((path) => ({ path, text: readFileSync(join(repository, path), 'utf8') }));
}

function pathsBelow(folder: string): string[] {
  return readdirSync(join(repository, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
    if (!entry.isDirectory()) return [path];
    return SKIPPED.has(entry.name) ? [] : pathsBelow(path);
  });
}
