import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const repository = fileURLToPath(new URL('../..', import.meta.url));

/** Bundles a thread's program of this folder into `folder`, which it makes, and returns where it is. */
export async function contractProgram(folder: string, source = 'contract-to-serve.ts'): Promise<URL> {
  mkdirSync(folder);
  symlinkSync(join(repository, 'node_modules'), join(folder, 'node_modules'));
  const outfile = join(folder, 'contract.mjs');
  await build({
    entryPoints: [join(repository, 'gateway-app', 'testing', source)],
    alias: Object.fromEntries(
      ['core', 'fabric-model', 'network', 'chaincode'].map((name) => [
        `@cotrace/${name}`,
        join(repository, name, 'index.ts'),
      ]),
    ),
    packages: 'external',
    bundle: true,
    platform: 'node',
    format: 'esm',
    outfile,
    logLevel: 'silent',
  });
  return pathToFileURL(outfile);
}
