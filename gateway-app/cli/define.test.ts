import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exampleDefinition } from '@cotrace/chaincode';
import { utf8 } from '@cotrace/core';
import { afterAll, describe, expect, it } from '@jest/globals';
import { fakeConnections, fakeConsortium } from '../testing/fake-network.js';
import { refused } from '../testing/gateway-errors.js';
import { peerWithLedger } from '../testing/peer-ledger.js';
import { spoken } from '../testing/printed.js';
import { checkDefinitions, define, printExample } from './define.js';
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
  standing: Promise<Uint8Array> = Promise.reject(refused('NOT_DEFINED')),
) {
  standing.catch(() => undefined);
  const peer = peerWithLedger(() => null, {
    evaluate: () => standing,
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

const definitionOf = (name: string) => ({ ...exampleDefinition, name });

function fileOf(name: string, text = JSON.stringify(definitionOf(name))): string {
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

  it('replaces another definition by that of a file, and says first what changes', async () => {
    const old = { ...definitionOf('goods'), called: 'by chaincodes', version: 4 };
    const there = () => Promise.resolve(utf8(JSON.stringify(old)));
    const { code, text, said, sent } = await defined([fileOf('goods')], {}, false, [], there());
    expect([code, text, sent]).toEqual([EXIT.done, 'goods: redefined\n', ['goods']]);
    expect(said).toBe('goods is redefined:\n  called: "by chaincodes" becomes "directly"\n');
    const json = await defined([fileOf('goods')], {}, true, [], there());
    expect(JSON.parse(json.text)).toMatchObject({
      results: [{ differences: [{ path: 'called', before: 'by chaincodes', after: 'directly' }] }],
    });
  });

  it('never replaces a definition by a built-in one, and fails where it is another', async () => {
    const mine = { ...definitionOf('retail'), version: 2 };
    const there = Promise.resolve(utf8(JSON.stringify(mine)));
    const { code, text, sent } = await defined([], {}, false, [], there);
    expect([code, sent]).toEqual([EXIT.failed, []]);
    expect(text).toContain('retail: defined differently\n');
  });

  it('shows as JSON what became of each, and which domains were left out', async () => {
    const { text } = await defined([fileOf('goods')], {}, true);
    expect(JSON.parse(text)).toEqual({
      results: [{ name: 'goods', result: 'defined', differences: [] }],
      without: ['retail', 'production'],
    });
  });
});

describe('without a network', () => {
  it('the example is a definition that the check takes', async () => {
    const printed = await spoken(() => Promise.resolve(printExample(new Output(false))));
    const file = fileOf('example', printed.text);
    const { code, text } = await spoken(() => Promise.resolve(checkDefinitions([file], new Output(false))));
    expect([code, text]).toEqual([
      EXIT.done,
      `${file}: a definition of inspection that the contract takes\n`,
    ]);
    const json = await spoken(() => Promise.resolve(checkDefinitions([file], new Output(true))));
    expect(JSON.parse(json.text)).toEqual({ checked: [{ file, domain: 'inspection' }] });
  });

  it('the check says what the contract would refuse, and that it needs a file', () => {
    const file = fileOf('wrong', JSON.stringify({ ...exampleDefinition, records: 1 }));
    const check = (files: readonly string[]) => () => checkDefinitions(files, new Output(false));
    expect(check([file])).toThrow(
      expect.objectContaining({
        code: 'BAD_DEFINITION',
        message: expect.stringContaining(`${file}: definition.records`) as unknown,
      }),
    );
    expect(check([])).toThrow(expect.objectContaining({ code: 'CONFIG' }));
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
