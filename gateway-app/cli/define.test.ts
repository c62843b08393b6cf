import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import type { Connections } from '../client/connections.js';
import { define } from './define.js';
import { Output } from './output.js';

const folder = mkdtempSync(join(tmpdir(), 'cotrace-define-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Nothing is sent before every file is read. */
const connections = { context: { consortium: { domains: ['goods'] } } } as unknown as Connections;
const defined = (path: string) => define(connections, [path], new Output(false));

describe('a file with the definition of a domain', () => {
  it('is said to be missing where it is', async () => {
    const path = join(folder, 'nope.json');
    await expect(defined(path)).rejects.toMatchObject({ code: 'NO_FILE', detail: { path } });
  });

  it.each([
    ['no JSON', '{', 'is not JSON'],
    ['no definition', '[]', 'must be an object, not a list'],
    ['one without a name', '{}', 'name is missing; it must be "goods"'],
    ['that of another domain', '{"name":"fish"}', 'name must be "goods", not "fish"'],
  ])('is refused where it is %s', async (_title, text, message) => {
    const path = join(folder, 'domain.json');
    writeFileSync(path, text);
    const refused = { code: 'CONFIG', message: expect.stringContaining(message) as unknown };
    await expect(defined(path)).rejects.toMatchObject(refused);
  });
});
