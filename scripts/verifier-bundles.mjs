// The verifier for browsers, bundled from tsc's output (docs/decisions/0049).
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { dropUnused } from './drop-unused.mjs';
import { ordinaryOnly } from './ordinary-only.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = join(root, 'verifier', 'dist');

/** The bundles: what each is of, and its bytes after gzip at most, a little above what they are now. */
export const BUNDLES = {
  'verify.js': { entry: 'verify-in-page.js', budget: 47_500, plugins: [ordinaryOnly(root)] },
  'verify-in-full.js': { entry: 'verify-in-full.js', budget: 64_000, plugins: [] },
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

/** The bytes of a bundle, and by path what is in it. */
export async function bundle({ entry, plugins }) {
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
