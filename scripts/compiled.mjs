// How jest reads TypeScript: as `tsc -b` compiled it. What is tested is what is installed, and nothing is compiled twice.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { root } from './setup.mjs';

function compiled(path) {
  const [workspace, ...rest] = relative(root, path).split(sep);
  return join(root, workspace, 'dist', ...rest).replace(/\.ts$/, '.js');
}

export default {
  getCacheKey: (_source, path) =>
    createHash('sha256')
      .update(path)
      .update('\0')
      .update(readFileSync(compiled(path)))
      .digest('hex'),
  process(_source, path) {
    const file = compiled(path);
    const map = JSON.parse(readFileSync(`${file}.map`, 'utf8'));
    return { code: readFileSync(file, 'utf8'), map: { ...map, sources: [path] } };
  },
};
