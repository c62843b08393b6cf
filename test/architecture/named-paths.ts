import { codeIn } from '../docs/markdown.js';

/** Folders at the root that are no package. */
const OTHER_FOLDERS = ['bench', 'docs', 'examples', 'scripts', 'test'];

/**
 * The paths of the repository that a document names, once each: code that begins with a folder at the root, or is the
 * name of a source file. Names of a kind, such as `block/N` of a store, are none.
 */
export function namedPaths(markdown: string, packages: readonly string[]): string[] {
  const folders = new Set([...packages, ...OTHER_FOLDERS]);
  const paths = codeIn(markdown)
    .filter((code) => /^[\w@.-]+(?:\/[\w@.-]+)*\/?$/.test(code))
    .filter((code) => (code.includes('/') && folders.has(code.split('/')[0] ?? '')) || /\.m?ts$/.test(code));
  return [...new Set(paths)];
}
