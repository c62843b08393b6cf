// Bundles the verifier for browsers from tsc's output into verifier/dist/browser: verify.js, which is all that a page loads
// for an ordinary proof where WebCrypto checks signatures; and beside it, loaded on demand, all of the verifier and the
// curves in JavaScript (docs/decisions/0049). Prints how large they are, and fails where one is larger than its budget.
// `--profile` says what the bytes are.
import { rmSync, writeFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { dropUnused } from './drop-unused.mjs';
import { ordinaryOnly } from './ordinary-only.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = join(root, 'verifier', 'dist');
const outdir = join(dist, 'browser');

/** The bundles: what each is of, and its bytes after gzip at most, a little above what they are now. */
const BUNDLES = {
  'verify.js': { entry: 'verify-in-page.js', budget: 45_000, plugins: [ordinaryOnly(root)] },
  'verify-in-full.js': { entry: 'verify-in-full.js', budget: 62_000, plugins: [] },
  'ecdsa-in-javascript.js': { entry: 'signatures/ecdsa-in-javascript.js', budget: 21_700, plugins: [] },
};

// Bundles of their own: shared chunks would make the first one carry what only the others need.
const onDemand = {
  name: 'on-demand',
  setup({ onResolve }) {
    onResolve({ filter: /\/(?:ecdsa-in-javascript|verify-in-full)\.js$/ }, ({ kind, path }) =>
      kind === 'dynamic-import' ? { path: path.replace(/.*\//, './'), external: true } : undefined,
    );
  },
};

async function bundle({ entry, plugins }) {
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
    plugins: [...plugins, onDemand, dropUnused(root, ['core', 'fabric-model', 'verifier'])],
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
