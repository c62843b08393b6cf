// How jest reads TypeScript while mutants are tried: sources hold their mutants, and tests tell what they are instead of running.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import compiled from '../compiled.mjs';

const { files, tests } = JSON.parse(readFileSync(process.env.COTRACE_MUTATION, 'utf8'));
const testFiles = new Set(tests);
const collector = fileURLToPath(new URL('collector.mjs', import.meta.url));

/** The options that `tsc -b` compiles a file with. */
function optionsOf(path) {
  const config = ts.findConfigFile(dirname(path), ts.sys.fileExists);
  const fail = ({ messageText }) => {
    throw new Error(`${config}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`);
  };
  const host = { ...ts.sys, onUnRecoverableConfigFileDiagnostic: fail };
  const parsed = ts.getParsedCommandLineOfConfigFile(config, {}, host);
  return { ...parsed.options, module: ts.ModuleKind.ESNext, sourceMap: false };
}

function codeOf(text, path) {
  if (files[path] !== undefined) {
    return ts.transpileModule(files[path], { fileName: path, compilerOptions: optionsOf(path) }).outputText;
  }
  const { code } = compiled.process(text, path);
  return testFiles.has(path) ? code.replaceAll("'@jest/globals'", JSON.stringify(collector)) : code;
}

export default {
  getCacheKey: (text, path) =>
    createHash('sha256')
      .update(compiled.getCacheKey(text, path))
      .update(String(testFiles.has(path)))
      .update(files[path] ?? '')
      .digest('hex'),
  process: (text, path) => ({ code: codeOf(text, path) }),
};
