import { CotraceError, isCotraceError, type ErrorCode } from '../errors.js';
import { checkJsonValue, type JsonValue } from '../json/json-value.js';
import { Shape } from './shape.js';
import type { ShapePath } from './shape-error.js';

/** What is used of a document that the `yaml` library has parsed; this package does without the library. */
export interface YamlDocument {
  readonly errors: readonly Error[];
  readonly warnings: readonly Error[];
  readonly toJS: () => unknown;
  readonly getIn: (path: ShapePath, keepScalar: true) => unknown;
}

/** What is used of the library's counter of lines. */
export interface YamlLines {
  readonly linePos: (offset: number) => { readonly line: number };
}

/** How a file is named in errors. */
export interface YamlFile {
  readonly path: string;
  /** Code of the errors. */
  readonly code: ErrorCode;
  /** What a file without content means. */
  readonly empty: JsonValue;
  /** What the whole is called, for a file that is a list. */
  readonly name?: string;
}

/**
 * The value of a file in YAML 1.2, of which JSON is a part; errors name the file and the line. Throws `file.code` where it is
 * not valid YAML, has a member twice, or holds what JSON cannot say.
 */
export function yamlShape(document: YamlDocument, lines: YamlLines, file: YamlFile): Shape {
  const { path, code, empty, name } = file;
  const locate = (place: ShapePath): string => {
    const line = lineOf(document.getIn(place, true), lines);
    return line === null ? path : `${path}:${line}`;
  };
  const source = { code, locate, evidence: { path }, ...(name !== undefined && { name }) };
  return new Shape(valueOf(document, file) ?? empty, source);
}

function valueOf(document: YamlDocument, { path, code }: YamlFile): JsonValue {
  const invalid = (cause: unknown): CotraceError => {
    // The library adds lines of the text after a colon.
    const [why = ''] = cause instanceof Error ? cause.message.split(/:?\n/) : [];
    const problem = isCotraceError(cause) ? `: ${why}` : ` is not valid YAML: ${why}`;
    return new CotraceError(code, `${path}${problem}`, { path }, cause);
  };
  const [error] = [...document.errors, ...document.warnings];
  if (error !== undefined) throw invalid(error);
  try {
    // Refuses aliases that stand for more than memory would hold.
    const value = document.toJS();
    checkJsonValue(value, code);
    return value;
  } catch (cause) {
    throw invalid(cause);
  }
}

function lineOf(node: unknown, lines: YamlLines): number | null {
  const range = typeof node === 'object' && node !== null && 'range' in node ? node.range : undefined;
  const [start] = Array.isArray(range) ? (range as unknown[]) : [];
  return typeof start === 'number' ? lines.linePos(start).line : null;
}
