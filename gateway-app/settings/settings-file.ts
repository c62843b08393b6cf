import { dirname, resolve } from 'node:path';
import type { Shape } from '@cotrace/core';
import { parseSettings, readTextFile } from '@cotrace/network';

/** A file of settings for people to write, YAML or JSON. */
export interface SettingsFile {
  readonly path: string;
  readonly root: Shape;
  /** A path that is in the file: relative ones are taken from the file's own folder. */
  readonly resolve: (path: string) => string;
}

/** Opens a file of settings. Throws `CONFIG` where it cannot be read or is not valid YAML, and `BAD_UTF8`. */
export function openSettings(path: string): SettingsFile {
  const text = readTextFile(path, 'CONFIG', '; is the path right?');
  const folder = dirname(resolve(path));
  return { path, root: parseSettings(text, path, 'CONFIG'), resolve: (other) => resolve(folder, other) };
}

/** A text that must be there; `rule` says what it is. Throws `CONFIG`. */
export function textOf(section: Shape, name: string, rule: string): string {
  return section.at(name).text({ rule, least: 1 });
}

/** A path in a file of settings, resolved. Throws `CONFIG`. */
export function pathOf(file: SettingsFile, section: Shape, name: string, rule: string): string {
  return file.resolve(textOf(section, name, rule));
}
