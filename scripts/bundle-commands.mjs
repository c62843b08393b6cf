// Bundles the command line from tsc's output: Node then reads a few files in place of a thousand, which halves the time
// until a command answers (docs/decisions/0037). The bundle is in dist/bundle/, as deep as the modules in it, so
// that what they name beside themselves is found.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const dist = fileURLToPath(new URL('../gateway-app/dist', import.meta.url));
const outdir = join(dist, 'bundle');

rmSync(outdir, { recursive: true, force: true });
await build({
  entryPoints: [join(dist, 'cli', 'main.js')],
  outdir,
  bundle: true,
  // A command loads what it needs and no more.
  splitting: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  // Some libraries in CommonJS choose their files while they run; their modules for bundlers do not.
  mainFields: ['module', 'main'],
  sourcemap: true,
  sourcesContent: false,
  // Native; the second is for hardware keys, which Fabric's SDK asks for only where they are used.
  external: ['classic-level', 'pkcs11js'],
  // Libraries in CommonJS ask for Node's own modules by `require`.
  banner: {
    js: "import { createRequire as createRequireOf } from 'node:module';\nconst require = createRequireOf(import.meta.url);",
  },
  logLevel: 'warning',
});
