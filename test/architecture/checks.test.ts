import { describe, expect, it } from '@jest/globals';
import ts from 'typescript';
import { freeNames } from './free-names.js';
import type { Source } from './sources.js';
import { areaOf, packageOf } from './sources.js';
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
});
