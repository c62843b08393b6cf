import type { ErrorCode } from '@cotrace/core';
import { CotraceError } from '@cotrace/core';
import { LineCounter, parseDocument } from 'yaml';

type Path = readonly (string | number)[];

/** A file of settings, and how its errors are told. */
interface File {
  /** Code of the errors. */
  readonly code: ErrorCode;
  /** File and line of a place. */
  readonly locate: (path: Path) => string;
}

/**
 * The settings in the text of a file: YAML 1.2, of which JSON is a part. `where` names the file in errors, which have
 * the code `code`; they name the line too.
 */
export function parseSection(text: string, where: string, code: ErrorCode): Section {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: true });
  const [error] = [...document.errors, ...document.warnings];
  if (error !== undefined) {
    throw new CotraceError(code, `${where} is not valid YAML: ${error.message}`, { where }, error);
  }
  const locate = (path: Path) => {
    const node = document.getIn(path, true) as { range?: [number, number, number] | null } | undefined;
    const line = node?.range ? `:${lines.linePos(node.range[0]).line}` : '';
    return `${where}${line}`;
  };
  return new Section(document.toJS() ?? {}, '', { code, locate });
}

/** One mapping of a file of settings, whose members are read by name; errors say where and what to do. */
export class Section {
  readonly #value: unknown;
  readonly #path: string;
  readonly #file: File;

  /** `path` is the place of `value` in the file. */
  constructor(value: unknown, path: string, file: File) {
    this.#value = value;
    this.#path = path;
    this.#file = file;
  }

  /** Refuses members that nobody reads: a misspelt setting must not be a setting left at its default. */
  only(names: readonly string[]): void {
    for (const name of Object.keys(this.#members())) {
      if (!names.includes(name)) this.fail(name, `unknown setting; there are ${names.join(', ')}`);
    }
  }

  /** The names of the members that are set. */
  names(): string[] {
    return Object.keys(this.#members()).filter((name) => this.has(name));
  }

  has(name: string): boolean {
    return this.#member(name) !== undefined;
  }

  /** The mapping at `name`, an empty one if it is left out. */
  section(name: string): Section {
    const child = new Section(this.#member(name) ?? {}, this.#join(name), this.#file);
    child.#members();
    return child;
  }

  /** The items of the sequence at `name`. */
  list(name: string, least: number, most: number, advice: string): Section[] {
    const value = this.#member(name);
    if (!Array.isArray(value) || value.length < least || value.length > most) {
      return this.fail(name, `${advice}, and at most ${most}`);
    }
    return value.map((item: unknown, i) => new Section(item, `${this.#join(name)}[${i}]`, this.#file));
  }

  /** Text that matches `pattern`; `rule` says in words what that is. */
  text(name: string, pattern: RegExp, rule: string, standard?: string): string {
    const value = this.#member(name) ?? standard;
    return new Section(value, this.#join(name), this.#file).isText(pattern, rule);
  }

  /** This value itself, as text that matches `pattern`. */
  isText(pattern: RegExp, rule: string): string {
    if (typeof this.#value !== 'string' || !pattern.test(this.#value)) {
      return this.fail('', `expected ${rule}, found ${printed(this.#value)}`);
    }
    return this.#value;
  }

  /** A whole number from `least` to `most`. */
  integer(name: string, least: number, most: number, standard?: number): number {
    const value = this.#member(name) ?? standard;
    if (typeof value !== 'number' || !Number.isInteger(value) || value < least || value > most) {
      return this.fail(name, `expected a whole number from ${least} to ${most}, found ${printed(value)}`);
    }
    return value;
  }

  /** One of `words`, the first if it is left out. */
  oneOf<const W extends string>(name: string, words: readonly [W, ...W[]]): W {
    const value = this.#member(name) ?? words[0];
    const word = words.find((candidate) => candidate === value);
    return word ?? this.fail(name, `expected one of ${words.join(', ')}, found ${printed(value)}`);
  }

  /** Throws the file's error for the member at `name`, or for this value itself if `name` is empty. */
  fail(name: string, message: string): never {
    const path = name === '' ? this.#path : this.#join(name);
    const steps = [...path.matchAll(/[^.[\]]+/g)].map(([step]) => (/^\d+$/.test(step) ? Number(step) : step));
    const place = this.#file.locate(steps);
    throw new CotraceError(this.#file.code, `${place}: ${path === '' ? '' : `${path}: `}${message}`, {
      place,
      path,
    });
  }

  #join(name: string): string {
    return this.#path === '' ? name : `${this.#path}.${name}`;
  }

  #member(name: string): unknown {
    const members = this.#members();
    return Object.hasOwn(members, name) ? (members[name] ?? undefined) : undefined;
  }

  #members(): Readonly<Record<string, unknown>> {
    const value = this.#value;
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      return this.fail('', `expected settings (name: value), found ${printed(value)}`);
    }
    return value as Record<string, unknown>;
  }
}

function printed(value: unknown): string {
  return value === undefined ? 'nothing' : JSON.stringify(value).slice(0, 80);
}
