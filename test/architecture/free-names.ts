import { join } from 'node:path';
import ts from 'typescript';
import { repository } from './sources.js';

/** What every browser and every Node has alike, beyond the language itself. */
const SHARED_GLOBALS = `
  declare class TextEncoder { encode(text?: string): Uint8Array<ArrayBuffer>; }
  declare class TextDecoder {
    constructor(label?: string, options?: { fatal?: boolean; ignoreBOM?: boolean });
    decode(bytes?: Uint8Array): string;
  }
`;
const SHARED_GLOBALS_FILE = join(repository, 'shared-globals.d.ts');

// "Cannot find name", and its variants that advise to install types.
const UNKNOWN_NAME: ReadonlySet<number> = new Set([2304, 2552, 2580, 2584, 2591, 2592, 2593]);

/**
 * Names in `files` (paths from the repository's root) that neither the language nor `SHARED_GLOBALS` knows,
 * as `path: name`.
 */
export function freeNames(files: readonly string[]): string[] {
  const options: ts.CompilerOptions = {
    target: ts.ScriptTarget.ES2022,
    lib: ['lib.es2023.d.ts'],
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    paths: { '@cotrace/core': [join(repository, 'core/index.ts')] },
    types: [],
    strict: true,
    skipLibCheck: true,
    noEmit: true,
  };
  const onDisk = ts.createCompilerHost(options);
  const host: ts.CompilerHost = {
    ...onDisk,
    fileExists: (file) => file === SHARED_GLOBALS_FILE || onDisk.fileExists(file),
    getSourceFile: (file, target) =>
      file === SHARED_GLOBALS_FILE
        ? ts.createSourceFile(file, SHARED_GLOBALS, target)
        : onDisk.getSourceFile(file, target),
  };
  const program = ts.createProgram([...files.map(absolute), SHARED_GLOBALS_FILE], options, host);
  return files.flatMap((file) =>
    program
      .getSemanticDiagnostics(program.getSourceFile(absolute(file)))
      .filter(({ code }) => UNKNOWN_NAME.has(code))
      .map((diagnostic) => `${file}: ${nameAt(diagnostic)}`),
  );
}

function absolute(file: string): string {
  return join(repository, file);
}

function nameAt({ file, start = 0, length = 0 }: ts.Diagnostic): string {
  return file?.text.slice(start, start + length) ?? '';
}
