import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { fakeConnections, fakeConsortium } from '../testing/fake-network.js';
import { refused } from '../testing/gateway-errors.js';
import { peerWithLedger } from '../testing/peer-ledger.js';
import { spoken } from '../testing/printed.js';
import { define } from './define.js';
import { EXIT, Output } from './output.js';

const folder = mkdtempSync(join(tmpdir(), 'cotrace-define-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/**
 * Defines domains of a consortium that has `goods`, `retail` and `production`. `failing`: what the contract answers where it
 * does not take the definition of a domain.
 */
async function defined(
  files: readonly string[],
  failing: Readonly<Record<string, Error>> = {},
  json = false,
  sent: string[] = [],
) {
  const peer = peerWithLedger(() => null, {
    submit: ({ args: [text = '{}'] }) => {
      const { name } = JSON.parse(text) as { name: string };
      sent.push(name);
      return failing[name] === undefined ? Promise.resolve(new Uint8Array()) : Promise.reject(failing[name]);
    },
  });
  const consortium = { ...fakeConsortium(3), domains: ['goods', 'retail', 'production'] };
  const connections = fakeConnections({ consortium, peer });
  return { ...(await spoken(() => define(connections, files, new Output(json)))), sent };
}

function fileOf(name: string, text = JSON.stringify({ name })): string {
  const path = join(folder, `${name}.json`);
  writeFileSync(path, text);
  return path;
}

describe('cotrace define', () => {
  it('writes the built-in definitions, and says which domains need a file', async () => {
    const { code, text, sent } = await defined([]);
    expect(code).toBe(EXIT.done);
    expect(sent.sort()).toEqual(['production', 'retail']);
    expect(text.trimEnd().split('\n').sort()).toEqual([
      'goods: no built-in definition; give a file',
      'production: defined',
      'retail: defined',
    ]);
    expect(text).toMatch(/\ngoods: no built-in definition; give a file\n$/);
  });

  it('writes the definitions that it is given, and no others', async () => {
    const { code, text, sent } = await defined([fileOf('retail'), fileOf('goods')]);
    expect([code, text, sent]).toEqual([EXIT.done, 'retail: defined\ngoods: defined\n', ['retail', 'goods']]);
  });

  it('is done where a domain has the same definition', async () => {
    const { code, text } = await defined([fileOf('goods')], { goods: refused('DUPLICATE') });
    expect([code, text]).toEqual([EXIT.done, 'goods: already defined\n']);
  });

  it('fails where a domain has another definition', async () => {
    const other = { goods: refused('ALREADY_DEFINED') };
    const { code, text } = await defined([fileOf('goods'), fileOf('retail')], other);
    expect([code, text]).toEqual([EXIT.failed, 'goods: defined otherwise\nretail: defined\n']);
  });

  it('shows as JSON what became of each, and which domains were left out', async () => {
    const { text } = await defined([fileOf('goods')], {}, true);
    expect(JSON.parse(text)).toEqual({
      results: [{ name: 'goods', result: 'defined' }],
      without: ['retail', 'production'],
    });
  });
});

describe('a file with the definition of a domain', () => {
  it('is said to be missing where it is', async () => {
    const path = join(folder, 'nope.json');
    await expect(defined([path])).rejects.toMatchObject({ code: 'NO_FILE', detail: { path } });
  });

  it.each([
    ['no JSON', '{', 'is not JSON'],
    ['no definition', '[]', 'must be an object, not a list'],
    ['one without a name', '{}', 'name is missing; it must be'],
    ['that of another domain', '{"name":"fish"}', 'not "fish"'],
  ])('is refused where it is %s, before anything is written', async (_title, text, message) => {
    const files = [fileOf('retail'), fileOf('domain', text)];
    const refusal = { code: 'CONFIG', message: expect.stringContaining(message) as unknown };
    const sent: string[] = [];
    await expect(defined(files, {}, false, sent)).rejects.toMatchObject(refusal);
    expect(sent).toEqual([]);
  });
});
