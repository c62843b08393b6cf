import { describe, expect, it } from '@jest/globals';
import { constantsIn, limitText } from './docs/limits.js';
import { codeIn, rowsUnder } from './docs/markdown.js';
import { filesEndingIn } from './docs/repository-files.js';

const shipped = filesEndingIn('.ts').filter(
  ({ path }) => !/\.test\.ts$|(?:^|\/)(?:testing|test|bench|gen|assembly)\//.test(path),
);

function inAnyOf(...folders: string[]): [string, number][] {
  return shipped
    .filter(({ path }) => folders.some((folder) => path.startsWith(folder)))
    .flatMap(({ text }) => constantsIn(text));
}

/** Rooms whose limits and timeouts are in tables, and nowhere else. */
const WITH_TABLES = /^(?:gateway-app|network\/devnet|network\/fabric)\//;
const TABLES = shipped.filter(({ path }) => WITH_TABLES.test(path) && path.endsWith('/limits.ts'));

describe('limits and timeouts', () => {
  it('of nodes, clients, deployment and networks are in one table of their room', () => {
    const outside = shipped
      .filter(({ path }) => WITH_TABLES.test(path) && !path.endsWith('/limits.ts'))
      .flatMap(({ path, text }) =>
        [
          ...text.matchAll(/^(?:export )?const (\w+_MS|\w*(?:TIMEOUT|PATIENCE|LIMITS|REQUESTS|WINDOW))\b/gm),
        ].map(([, name]) => `${path}: ${name ?? ''}`),
      );
    expect(outside).toEqual([]);
  });

  it('have one name each', () => {
    const names = TABLES.flatMap(({ text }) =>
      [...text.matchAll(/^export const (\w+)/gm)].map(([, name]) => name),
    );
    expect(names.length).toBeGreaterThan(100);
    expect(names.filter((name, i) => names.indexOf(name) !== i)).toEqual([]);
  });

  it.each(TABLES)('say why: $path', ({ text }) => {
    // Either its own comment, or that of the constant before it, which names both.
    const bare = text
      .split('\n\n')
      .filter((part) => part.includes('export const') && !part.startsWith('/**'));
    expect(bare).toEqual([]);
  });

  it.each([
    ['docs/operations.md', 'Limits and timeouts', ['gateway-app/']],
    ['docs/formats.md', 'Limits', ['core/', 'verifier/', 'epcis/']],
  ])('are in %s as the code has them', (path, heading, folders) => {
    const text = filesEndingIn('.md').find((file) => file.path === path)?.text ?? '';
    const rows = rowsUnder(text, heading);
    expect(rows.length).toBeGreaterThan(10);
    const known = inAnyOf(...folders);
    for (const [what = '', value, name = ''] of rows) {
      const [constant = ''] = codeIn(name);
      const values = known
        .filter(([other]) => other === constant)
        .map(([, number]) => limitText(constant, number));
      expect([constant, ...new Set(values)]).toEqual([constant, value]);
      expect(what).not.toBe('');
    }
  });
});
