// Bundles the verifier for browsers into verifier/dist/browser: verify.js, which is all that a page loads for an ordinary
// proof where WebCrypto checks signatures; and beside it, loaded on demand, all of the verifier and the curves in
// JavaScript. Prints how large they are, and fails where one is larger than its budget. `--profile` says what the bytes are.
import { rmSync, writeFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { BUNDLES, bundle } from './verifier-bundles.mjs';

const outdir = fileURLToPath(new URL('../verifier/dist/browser', import.meta.url));

function profile(inputs) {
  const sizes = new Map();
  for (const [path, { bytesInOutput }] of Object.entries(inputs)) {
    const [part] = /(?<=node_modules\/)(?:@[^/]+\/)?[^/]+|^[^/]+\/dist\/[^/]+/.exec(path) ?? [path];
    sizes.set(part, (sizes.get(part) ?? 0) + bytesInOutput);
  }
  for (const [part, size] of [...sizes].sort((a, b) => b[1] - a[1])) console.error(`  ${size} ${part}`);
}

rmSync(outdir, { recursive: true, force: true });
mkdirSync(outdir);
for (const [name, { budget, ...what }] of Object.entries(BUNDLES)) {
  const { bytes, inputs } = await bundle(what);
  const size = gzipSync(bytes, { level: 9 }).length;
  console.error(`${name}: ${size} bytes gzip of at most ${budget}, ${bytes.length} plain`);
  if (process.argv.includes('--profile')) profile(inputs);
  if (size > budget) {
    console.error(
      `${name} is larger than its budget. Run \`node scripts/bundle-verifier.mjs --profile\` to see what the bytes are.`,
    );
    process.exitCode = 1;
  }
  writeFileSync(join(outdir, name), bytes);
}
