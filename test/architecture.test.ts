import { describe, expect, it } from '@jest/globals';
import { build } from 'esbuild';
import { join } from 'node:path';
import { createContext, runInContext } from 'node:vm';
import { freeNames } from './architecture/free-names.js';
import type { PackageName, Source } from './architecture/sources.js';
import {
  areaOf,
  dependenciesOf,
  PACKAGES,
  packageOf,
  repository,
  sourcesOf,
} from './architecture/sources.js';
import { unfinishedTests } from './architecture/unfinished-tests.js';

/** Which packages each may import; docs/architecture.md draws it. */
const MAY_IMPORT: Readonly<Record<PackageName, readonly PackageName[]>> = {
  core: [],
  'fabric-model': ['core'],
  verifier: ['core', 'fabric-model'],
  epcis: ['core'],
  chaincode: ['core', 'fabric-model'],
  network: ['core', 'fabric-model'],
  'gateway-app': ['core', 'fabric-model', 'verifier', 'epcis', 'chaincode', 'network'],
};

/** They run in browsers as they are. */
const PURE: readonly PackageName[] = ['core', 'fabric-model', 'verifier', 'epcis'];

/** What pure packages name though only some places have it; each works, or is not called, elsewhere. */
const MAY_NAME = [
  // grpc-js, which runs in Node alone, wants its messages as Buffers.
  'fabric-model/wire/grpc-service.ts: Buffer',
];

const sources = PACKAGES.flatMap(sourcesOf);
const shipped = sources.filter(({ forTests }) => !forTests);

function offences(
  among: readonly Source[],
  isOffence: (source: Source, specifier: string) => boolean,
): string[] {
  return among.flatMap((source) =>
    source.imports
      .filter((specifier) => isOffence(source, specifier))
      .map((specifier) => `${source.path} imports ${specifier}`),
  );
}

describe('the architecture', () => {
  it('is looked at in full', () => {
    for (const name of PACKAGES) expect(sources.some(({ area }) => area === name)).toBe(true);
    expect(sources.some(({ imports }) => imports.includes('@cotrace/core'))).toBe(true);
  });

  it('lets packages import one way only, tests included', () => {
    const found = offences(sources, ({ area }, specifier) => {
      const name = packageOf(specifier);
      const target = PACKAGES.find((other) => name === `@cotrace/${other}`);
      if (target === undefined) return name?.startsWith('@cotrace/') === true;
      return !MAY_IMPORT[area as PackageName].includes(target);
    });
    expect(found).toEqual([]);
  });

  it('lets packages reach each other by name only, and through their index', () => {
    const found = offences(sources, (source, specifier) =>
      packageOf(specifier) === null
        ? areaOf(source, specifier) !== source.area
        : specifier.startsWith('@cotrace/') && specifier.split('/').length > 2,
    );
    expect(found).toEqual([]);
  });

  it('has every import of what ships declared by its package', () => {
    const declared = new Map(PACKAGES.map((name) => [name as string, dependenciesOf(name)]));
    const found = offences(shipped, ({ area }, specifier) => {
      const name = packageOf(specifier);
      return name !== null && !name.startsWith('node:') && declared.get(area)?.includes(name) !== true;
    });
    expect(found).toEqual([]);
  });

  it('keeps what is for tests out of what ships', () => {
    expect(offences(shipped, (_source, specifier) => /\.test\.js$|\/testing\//.test(specifier))).toEqual([]);
  });

  it('leaves no test out without a reason', () => {
    const tests = [...sources, ...sourcesOf('test')].filter(({ forTests }) => forTests);
    expect(tests.flatMap(unfinishedTests)).toEqual([]);
  });
});

describe('the pure packages', () => {
  const pure = shipped.filter(({ area }) => PURE.some((name) => name === area));

  it('import no part of Node', () => {
    expect(offences(pure, (_source, specifier) => specifier.startsWith('node:'))).toEqual([]);
  });

  it('name no global that only Node or only browsers have', () => {
    expect(new Set(freeNames(pure.map(({ path }) => path)))).toEqual(new Set(MAY_NAME));
  }, 60_000);

  it.each(PURE)('run where there is nothing of Node: %s', async (name) => {
    const bundle = await build({
      entryPoints: [join(repository, name, 'index.ts')],
      alias: Object.fromEntries(PURE.map((pure) => [`@cotrace/${pure}`, join(repository, pure, 'index.ts')])),
      bundle: true,
      write: false,
      platform: 'browser',
      format: 'iife',
      globalName: 'bundled',
      logLevel: 'silent',
    });
    const [file] = bundle.outputFiles;
    const browser = createContext({ TextEncoder, TextDecoder, crypto });
    runInContext(file?.text ?? '', browser);
    expect(runInContext('Object.keys(bundled).length', browser)).toBeGreaterThan(0);
    if (name === 'core') {
      const root: unknown = runInContext('bundled.toHex(bundled.merkleRoot([bundled.utf8("a")]))', browser);
      expect(root).toBe('022a6979e6dab7aa5ae4c3e5e45f7e977112a7e63593820dbec1ec738a24f93c');
    }
  });
});
