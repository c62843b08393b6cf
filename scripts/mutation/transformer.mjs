// How jest compiles while mutants are tried: sources hold their mutants, and tests tell what they are instead of running.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import tsJest from 'ts-jest';

const { files, tests } = JSON.parse(readFileSync(process.env.COTRACE_MUTATION, 'utf8'));
const testFiles = new Set(tests);
const collector = fileURLToPath(new URL('collector.mjs', import.meta.url));

function changed(text, path) {
  if (testFiles.has(path)) return text.replaceAll("'@jest/globals'", JSON.stringify(collector));
  return files[path] ?? text;
}

export default {
  createTransformer(options) {
    const inner = tsJest.default.createTransformer(options);
    return {
      process: (text, path, settings) => inner.process(changed(text, path), path, settings),
      processAsync: (text, path, settings) => inner.processAsync(changed(text, path), path, settings),
      getCacheKey: (text, path, settings) =>
        createHash('sha256')
          .update(inner.getCacheKey(text, path, settings))
          .update(changed(text, path))
          .digest('hex'),
    };
  },
};
