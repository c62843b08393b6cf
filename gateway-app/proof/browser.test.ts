import { fileURLToPath } from 'node:url';
import { expect, it } from '@jest/globals';
import { build } from 'esbuild';

const repository = fileURLToPath(new URL('../..', import.meta.url));

it.each(['proof/verify-records.ts', 'proof/trust.ts', 'proof/records-proof.ts'])(
  '%s and everything it imports runs where there is nothing of Node',
  async (entry) => {
    const { metafile, warnings } = await build({
      entryPoints: [`${repository}gateway-app/${entry}`],
      alias: {
        '@cotrace/core': `${repository}core/index.ts`,
        '@cotrace/chaincode': `${repository}chaincode/index.ts`,
        '@cotrace/fabric-model': `${repository}fabric-model/index.ts`,
      },
      bundle: true,
      write: false,
      metafile: true,
      // A browser has no built-in modules: the bundle fails where one is imported.
      platform: 'browser',
      format: 'esm',
      logLevel: 'silent',
    });
    const inputs = Object.values(metafile.inputs).flatMap(({ imports }) => imports);
    expect(inputs.filter(({ path, external }) => external === true || path.startsWith('node:'))).toEqual([]);
    expect(warnings).toEqual([]);
    expect(Object.keys(metafile.inputs).some((path) => path.startsWith('core/'))).toBe(true);
  },
  30_000,
);
