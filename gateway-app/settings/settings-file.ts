import { dirname, resolve } from 'node:path';
import { parseSection, readTextFile, type Section } from '@cotrace/network';
import { ADDRESS, ADDRESS_RULE } from './address.js';

/** A file of settings for people to write, YAML or JSON. */
export interface SettingsFile {
  readonly path: string;
  readonly root: Section;
  /** A path that stands in the file: relative ones are taken from the file's own folder. */
  readonly resolve: (path: string) => string;
}

/** Any text but an empty one. */
const SOME = /[^]/;

/** Opens a file of settings. Throws `CONFIG` where it cannot be read or is no YAML, and `BAD_UTF8`. */
export function openSettings(path: string): SettingsFile {
  const text = readTextFile(path, 'CONFIG', '; is the path right?');
  const folder = dirname(resolve(path));
  return { path, root: parseSection(text, path, 'CONFIG'), resolve: (other) => resolve(folder, other) };
}

/** A text that must be there; `rule` says what it is. Throws `CONFIG`. */
export function textOf(section: Section, name: string, rule: string): string {
  return section.text(name, SOME, rule);
}

/** A path in a file of settings, resolved. Throws `CONFIG`. */
export function pathOf(file: SettingsFile, section: Section, name: string, rule: string): string {
  return file.resolve(textOf(section, name, rule));
}

/** `host:port`. Throws `CONFIG`. */
export function addressOf(section: Section, name: string): string {
  return section.text(name, ADDRESS, ADDRESS_RULE);
}
