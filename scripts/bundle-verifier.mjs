// Bundles the verifier for browsers from tsc's output: verifier/dist/browser/verify.js, which is all that a page loads where
// WebCrypto checks signatures, and beside it the curves in JavaScript, loaded on demand (docs/decisions/0049). Prints how
// large they are, and fails where one is larger than its budget. `--profile` says what the bytes are.
import { rmSync, writeFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { dropUnused } from './drop-unused.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = join(root, 'verifier', 'dist');
const outdir = join(dist, 'browser');

/** Bytes after gzip: a little above what each is now. */
const BUDGETS = { 'verify.js': 92_000, 'ecdsa-in-javascript.js': 21_700 };

// A bundle of its own: as a chunk it would make the first one carry the hash functions that only it needs.
const onDemand = {
  name: 'on-demand',
  setup({ onResolve }) {
    onResolve({ filter: /\/ecdsa-in-javascript\.js$/ }, ({ kind }) =>
      kind === 'dynamic-import' ? { path: './ecdsa-in-javascript.js', external: true } : undefined,
    );
  },
};

async function bundle(entry) {
  const { outputFiles, metafile } = await build({
    entryPoints: [join(dist, entry)],
    bundle: true,
    write: false,
    minify: true,
    metafile: true,
    platform: 'browser',
    format: 'esm',
    target: 'es2022',
    legalComments: 'eof',
    absWorkingDir: root,
    plugins: [onDemand, dropUnused(root, ['core', 'fabric-model', 'verifier'])],
    logLevel: 'warning',
  });
  return { bytes: outputFiles[0].contents, inputs: Object.values(metafile.outputs)[0].inputs };
}

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
const entries = { 'verify.js': 'verify.js', 'ecdsa-in-javascript.js': 'signatures/ecdsa-in-javascript.js' };
for (const [name, entry] of Object.entries(entries)) {
  const { bytes, inputs } = await bundle(entry);
  const size = gzipSync(bytes, { level: 9 }).length;
  const budget = BUDGETS[name];
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
