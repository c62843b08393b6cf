import { describe, expect, it } from '@jest/globals';
import { build } from 'esbuild';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createContext, runInContext } from 'node:vm';
import { circlesAmong } from './architecture/circles.js';
import { FACTS, statedAgain } from './architecture/facts.js';
import { freeNames } from './architecture/free-names.js';
import { namedPaths } from './architecture/named-paths.js';
import { roomAt, roomOf } from './architecture/rooms.js';
import {
  areaOf,
  dependenciesOf,
  PACKAGES,
  packageOf,
  repository,
  sourcesOf,
  type Source,
} from './architecture/sources.js';
import { rowsUnder } from './docs/markdown.js';
import { unfinishedTests } from './architecture/unfinished-tests.js';

/** Which packages each may import; docs/architecture.md draws it. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  core: [],
  'fabric-model': ['core'],
  verifier: ['core', 'fabric-model'],
  epcis: ['core'],
  chaincode: ['core', 'fabric-model'],
  network: ['core', 'fabric-model'],
  'gateway-app': ['core', 'fabric-model', 'verifier', 'epcis', 'chaincode', 'network'],
};

/** Which rooms of gateway-app each may import, from the ground up; what only tests use may import them all. */
const ROOM_MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  'error-codes': [],
  gen: [],
  settings: [],
  trie: [],
  consortium: ['settings'],
  workspace: ['settings', 'consortium'],
  node: ['gen', 'settings', 'consortium'],
  fabric: ['gen', 'node'],
  master: ['gen', 'trie', 'consortium', 'node', 'fabric'],
  business: ['gen', 'consortium', 'node', 'fabric'],
  'run-nodes': ['consortium', 'node', 'master', 'business'],
  client: ['gen', 'settings', 'consortium', 'workspace', 'node', 'fabric'],
  deploy: ['gen', 'settings', 'consortium', 'workspace', 'node', 'fabric', 'client'],
  cli: ['gen', 'consortium', 'workspace', 'node', 'fabric', 'run-nodes', 'client', 'deploy', 'error-codes'],
  // What the package offers to others.
  index: ['error-codes', 'trie', 'workspace', 'node', 'business', 'client', 'deploy', 'cli'],
};

/** They run in browsers as they are. */
const PURE: readonly string[] = ['core', 'fabric-model', 'verifier', 'epcis'];

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
    expect(Object.keys(MAY_IMPORT)).toEqual(PACKAGES);
    expect(sources.some(({ imports }) => imports.includes('@cotrace/core'))).toBe(true);
  });

  it('lets packages import one way only, tests included', () => {
    const found = offences(sources, ({ area }, specifier) => {
      const name = packageOf(specifier);
      const target = PACKAGES.find((other) => name === `@cotrace/${other}`);
      if (target === undefined) return name?.startsWith('@cotrace/') === true;
      return MAY_IMPORT[area]?.includes(target) !== true;
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

  it('lets no file import itself by way of others, not even a type', () => {
    expect(circlesAmong(sources)).toEqual([]);
  });

  it('keeps the naive reading of lineages apart from the code that it is compared with', () => {
    const folder = 'verifier/lineage/testing/naive';
    const naive = sources.filter(({ path }) => path.startsWith(`${folder}/`));
    expect(naive.map(({ path }) => path)).toContain(`${folder}/naive.ts`);
    for (const { path, imports } of naive) {
      const others = imports.filter((name) => !/^\.\/[a-z-]+\.js$/.test(name));
      expect(['@cotrace/core', '../../types.js']).toEqual(expect.arrayContaining(others));
      const text = readFileSync(join(repository, path), 'utf8');
      expect(text).not.toMatch(/^import (?!type )[^;]*(?:@|\.\.\/)/m);
    }
  });

  it('lets the rooms of gateway-app import one way only', () => {
    const rooms = shipped.flatMap(({ path }) => roomOf(path) ?? []);
    expect(new Set(rooms)).toEqual(new Set(Object.keys(ROOM_MAY_IMPORT)));
    const found = offences(shipped, ({ path }, specifier) => {
      const [from, to] = [roomOf(path), roomAt(path, specifier)];
      return from !== null && to !== null && from !== to && ROOM_MAY_IMPORT[from]?.includes(to) !== true;
    });
    expect(found).toEqual([]);
    const known: string[] = [];
    for (const [room, below] of Object.entries(ROOM_MAY_IMPORT)) {
      expect(known).toEqual(expect.arrayContaining([...below]));
      known.push(room);
    }
  });

  it.each(FACTS)('states in one place $what', (fact) => {
    const texts = shipped.map(({ path, syntax }) => ({ path, text: syntax.text }));
    expect(statedAgain(fact, texts)).toEqual([]);
    const home = texts.filter(({ path }) => fact.homes.some((prefix) => path.startsWith(prefix)));
    expect(statedAgain({ ...fact, homes: [] }, home)).not.toEqual([]);
  });

  it('is what its document says: every path in it exists', () => {
    const paths = namedPaths(readFileSync(join(repository, 'docs/architecture.md'), 'utf8'), PACKAGES);
    expect(paths.length).toBeGreaterThan(20);
    expect(paths.filter((path) => !existsSync(join(repository, path)))).toEqual([]);
  });

  it('is shown to newcomers: each row of "Where things are" names a place', () => {
    const rows = rowsUnder(
      readFileSync(join(repository, 'docs/architecture.md'), 'utf8'),
      'Where things are',
    );
    expect(rows.length).toBeGreaterThan(10);
    for (const [what, where = ''] of rows)
      expect([what, namedPaths(where, PACKAGES)]).not.toEqual([what, []]);
  });

  it('has every import of what ships declared by its package', () => {
    const declared = new Map(PACKAGES.map((name) => [name, dependenciesOf(name)]));
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
