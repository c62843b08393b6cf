// Bundles the programs that people and nodes start, the command line and the embedded network, from tsc's output: Node
// then reads a few files in place of a thousand, which halves the time until a command answers (docs/decisions/0037).
// A bundle stands in dist/bundle/, as deep as the modules in it, so that what they name beside themselves is found.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const programs = [
  { dist: join(root, 'gateway-app', 'dist'), main: join('cli', 'main.js') },
  { dist: join(root, 'network', 'dist'), main: join('devnet', 'server.js') },
];

for (const { dist, main } of programs) {
  const outdir = join(dist, 'bundle');
  rmSync(outdir, { recursive: true, force: true });
  await build({
    entryPoints: [join(dist, main)],
    outdir,
    bundle: true,
    // A command loads what it needs and no more.
    splitting: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    // Some libraries in CommonJS choose their files while they run; their modules for bundlers do not.
    mainFields: ['module', 'main'],
    keepNames: true,
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
}
