import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { makeConsortiumFiles } from '../consortium/make.js';
import { readConsortiumSource } from '../consortium/source.js';
import { EXIT, type Output } from './output.js';
import { writeWhole } from './write-text.js';

/** `cotrace consortium FILE`: makes `consortium.json` and `trust.json` in the folder `out`. */
export function consortium(path: string, out: string, output: Output): number {
  const made = makeConsortiumFiles(readConsortiumSource(path), Date.now());
  const texts = {
    'consortium.json': `${JSON.stringify(made.consortium, null, 2)}\n`,
    'trust.json': made.trust,
  };
  const files = Object.entries(texts).map(([name, text]) => {
    const target = join(out, name);
    writeWhole(target, text);
    return { path: target, sha256: createHash('sha256').update(text).digest('hex') };
  });
  const { quorum, members, warnings } = made;
  const nodes = made.consortium.nodes.length;
  output.result({ files, quorum, members, nodes, warnings }, () => [
    ...files.map((file) => `${file.sha256}  ${file.path}`),
    `${nodes} nodes and clients; ${quorum} of ${members.length} members must agree: ${members.join(', ')}`,
    ...warnings.map((warning) => `warning: ${warning}`),
    'Every organisation must have the same files: compare the digests before you start a node.',
  ]);
  return EXIT.done;
}
