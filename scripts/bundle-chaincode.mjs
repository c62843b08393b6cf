// Makes chaincode/package/, the prebuilt chaincode package: our code and its libraries in one file beside a
// package.json that names only Fabric's own two packages. Fabric's Node image installs production dependencies and
// starts the package; it runs no build. Starts from tsc's output, which holds the parameter types that
// fabric-contract-api reads (esbuild does not emit them), and never minifies: it reads parameter names from source.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { dropUnused } from './drop-unused.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = join(root, 'chaincode', 'package');
const { version, dependencies } = JSON.parse(readFileSync(join(root, 'chaincode', 'package.json'), 'utf8'));
const external = ['fabric-contract-api', 'fabric-shim'];

mkdirSync(folder, { recursive: true });
await build({
  entryPoints: [join(root, 'chaincode', 'dist', 'trace', 'main.js')],
  outfile: join(folder, 'index.js'),
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  keepNames: true,
  legalComments: 'eof',
  external,
  // What the contract does not use of the pure packages stays out.
  plugins: [dropUnused(root, ['core', 'fabric-model'])],
  logLevel: 'warning',
});
writeFileSync(
  join(folder, 'package.json'),
  `${JSON.stringify(
    {
      name: '@cotrace/trace-contract',
      version,
      description: 'The trace contract of Cotrace',
      license: 'Apache-2.0',
      private: true,
      type: 'module',
      main: 'index.js',
      engines: { node: '>=20.19' },
      scripts: { start: 'fabric-chaincode-node start', server: 'fabric-chaincode-node server' },
      dependencies: Object.fromEntries(external.map((name) => [name, dependencies[name]])),
    },
    null,
    2,
  )}\n`,
);
