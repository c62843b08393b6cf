import { describe, expect, it } from '@jest/globals';
import ts from 'typescript';
import { circlesAmong } from './circles.js';
import { statedAgain } from './facts.js';
import { freeNames } from './free-names.js';
import { namedPaths } from './named-paths.js';
import { roomAt, roomOf } from './rooms.js';
import { areaOf, packageOf, type Source } from './sources.js';
import { unfinishedTests } from './unfinished-tests.js';

function sourceOf(text: string): Source {
  const syntax = ts.createSourceFile('x.test.ts', text, ts.ScriptTarget.ES2022, true);
  return { path: 'core/merkle/x.test.ts', area: 'core', forTests: true, imports: [], syntax };
}

describe('the checks of the architecture', () => {
  it.each([
    'it.only("x", f);',
    'describe.only.each([1])("x", f);',
    'test.todo("x");',
    'it.skip("x", f);',
    'describe.skip("x", f);',
    'const later = describe.skip;',
    'if (a) { it.skip("x", f); }',
    'xit("x", f);',
    'fdescribe("x", f);',
    '// a reason for this\nit("a", f);\nit.skip("x", f);',
  ])('find the tests left out by %j', (text) => {
    expect(unfinishedTests(sourceOf(text))).toHaveLength(1);
  });

  it.each([
    'it("x", f);',
    'const maybe = exists ? describe : describe.skip;',
    '// Fabric cannot do this.\nit.skip("x", f);',
    'list.only; object.skip(); fit; const xit = 1;',
  ])('find nothing in %j', (text) => {
    expect(unfinishedTests(sourceOf(text))).toEqual([]);
  });

  it('find names that browsers do not have', () => {
    expect(freeNames(['core/index.ts', 'core/bytes/bytes.ts'])).toEqual([]);
    const found = freeNames(['test/architecture/example-of-node.ts']);
    expect(found.map((offence) => offence.replace(/.*: /, '')).sort()).toEqual([
      'Buffer',
      'process',
      'setImmediate',
    ]);
  });

  it('know where an import leads', () => {
    const source = sourceOf('');
    expect(areaOf(source, '../bytes/bytes.js')).toBe('core');
    expect(areaOf(source, '../../network/index.js')).toBe('network');
    expect(['node:fs', '@cotrace/core', '@noble/hashes/sha2.js', 'yaml', './x.js'].map(packageOf)).toEqual([
      'node:fs',
      '@cotrace/core',
      '@noble/hashes',
      'yaml',
      null,
    ]);
  });

  it('find every circle of imports, and no other files', () => {
    const files = {
      'core/a.ts': ['./b.js', './x/c.js', 'node:fs'],
      'core/b.ts': ['./a.js'],
      'core/x/c.ts': ['../x/d.js', './missing.js'],
      'core/x/d.ts': ['./e.js'],
      'core/x/e.ts': ['./c.js', './f.js'],
      'core/x/f.ts': ['./f.js'],
      'core/x/g.ts': ['../a.js', '@cotrace/core'],
    };
    const sources = Object.entries(files).map(([path, imports]) => ({ path, imports }));
    expect(circlesAmong(sources)).toEqual([
      ['core/a.ts', 'core/b.ts'],
      ['core/x/c.ts', 'core/x/d.ts', 'core/x/e.ts'],
      ['core/x/f.ts'],
    ]);
    expect(circlesAmong(sources.filter(({ path }) => !/[be]\.ts$|f\.ts$/.test(path)))).toEqual([]);
  });

  it('know the rooms of gateway-app', () => {
    expect(roomOf('gateway-app/deploy/local/up.ts')).toBe('deploy');
    expect(roomOf('gateway-app/run-nodes.ts')).toBe('run-nodes');
    expect(roomOf('network/config/genesis.ts')).toBeNull();
    expect(roomAt('gateway-app/deploy/local/up.ts', '../../node/retry.js')).toBe('node');
    expect(roomAt('gateway-app/cli/node.ts', '../run-nodes.js')).toBe('run-nodes');
    expect(roomAt('gateway-app/cli/node.ts', '@cotrace/core')).toBeNull();
  });

  it('find the paths that a document names', () => {
    const text = [
      '```sh',
      'cat `core/in-a-fence.ts`',
      '```',
      'In `core/bytes`, `core/index.ts`, `gone.ts`, `test/x.system.ts`; not `block/N`, `core`, `core/*`, `a b.ts`.',
    ];
    expect(namedPaths(text.join('\n'), ['core'])).toEqual([
      'core/bytes',
      'core/index.ts',
      'gone.ts',
      'test/x.system.ts',
    ]);
  });

  it('find a fact that is stated again', () => {
    const fact = { what: 'a number', pattern: /= 42\b/, homes: ['core/home.ts', 'epcis/'] };
    const sources = [
      { path: 'core/home.ts', text: 'const a = 42;' },
      { path: 'epcis/b.ts', text: 'const a = 42;' },
      { path: 'core/home-too.ts', text: '// = 42\nconst a = 421;\nconst b = 42;' },
    ];
    expect(statedAgain(fact, sources)).toEqual(['core/home-too.ts:3']);
  });
});
