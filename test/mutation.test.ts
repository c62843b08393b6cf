import { describe, expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { repository } from './architecture/sources.js';

interface Mutant {
  readonly file: string;
  /** The line that it changes. */
  readonly code: string;
  readonly what: string;
}
type MutantsOf = (text: string, file: string, firstId: number) => { readonly mutants: readonly Mutant[] };

const folder = join(repository, 'test/mutation');
const explained = readdirSync(folder).flatMap(
  (name) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as (Mutant & { readonly why: string })[],
);

/** The module is not TypeScript: it is there for scripts that run before anything is built. */
async function mutantsOf(text: string): Promise<readonly Mutant[]> {
  const url = pathToFileURL(join(repository, 'scripts/mutation/mutants.mjs')).href;
  const module = (await import(url)) as { readonly mutantsOf: MutantsOf };
  return module.mutantsOf(text, 'file.ts', 1).mutants;
}

describe('mutants', () => {
  it('are made of what decides, and not of what is only said', async () => {
    const text = [
      "import { a } from './a.js';",
      "const FORMAT = 'v1';",
      'export function f(list: readonly number[], most = 3): boolean {',
      "  if (!a(list)) throw new Wrong('TOO_LONG', `${list.length} of them`);",
      "  return list.some((one) => one >= most && 'x' !== FORMAT);",
      '}',
    ].join('\n');
    expect((await mutantsOf(text)).map(({ what }) => what).sort()).toEqual(
      [
        "'v1' → ''",
        '3 → 3 + 1',
        '!a(list) → true',
        '!a(list) → false',
        '!a(list) → a(list)',
        "without throw new Wrong('TOO_LONG', `${list.length} of them`);",
        "'TOO_LONG' → ''",
        "list.some((one) => one >= most && 'x' !== FORMAT) with every for some",
        "one >= most && 'x' !== FORMAT with || for &&",
        'one >= most with > for >=',
        'one >= most with < for >=',
        "'x' !== FORMAT with === for !==",
        "'x' → ''",
      ].sort(),
    );
  });

  it('that survive for a reason are still there to be made', async () => {
    for (const { file, code, what, why } of explained) {
      const mutants = await mutantsOf(readFileSync(join(repository, file), 'utf8'));
      expect(mutants).toContainEqual(expect.objectContaining({ code, what }));
      expect(why).not.toBe('');
    }
  });

  const deep = process.env['CI_DEEP'] === '1' ? it : it.skip;
  deep.each(['verifier', 'gateway-app/client', 'gateway-app/cli', 'gateway-app/deploy'])(
    'of %s are noticed by its tests, but for those explained, at most 2 %%',
    (folder) => {
      const script = join(repository, 'scripts/mutate.mjs');
      const { status, stdout } = spawnSync(process.execPath, [script, folder], {
        encoding: 'utf8',
      });
      expect([status, stdout]).toEqual([0, expect.stringContaining('0 of them unexplained')]);
    },
    2 * 3_600_000,
  );
});
