import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fromUtf8, utf8 } from '@cotrace/core';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { openSources } from './capture-sources.js';
import { MAX_DOCUMENT_BYTES } from './read-documents.js';

const never = new AbortController().signal;

async function* chunks(...texts: readonly string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) {
    await sleep(0);
    yield utf8(text);
  }
}

describe('what is captured', () => {
  let folder: string;
  const at = (name: string): string => join(folder, name);

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'cotrace-sources-'));
  });

  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  async function opened(...paths: readonly string[]) {
    const { documents, leftOut } = await openSources(paths, chunks('from ', 'outside'), never);
    return { texts: [...documents].map(({ name, bytes }) => [name, fromUtf8(bytes)]), leftOut };
  }

  it('is a file of any name, and what comes from standard input, in the order given', async () => {
    writeFileSync(at('events.txt'), 'a');
    const { texts, leftOut } = await opened(at('events.txt'), '-', at('events.txt'));
    expect(texts).toEqual([
      [at('events.txt'), 'a'],
      ['-', 'from outside'],
      [at('events.txt'), 'a'],
    ]);
    expect(leftOut).toEqual([]);
  });

  it('is what lies in a folder and below it, by name; the rest is named as left out', async () => {
    for (const name of ['z', 'b']) mkdirSync(at(name));
    for (const name of ['z/1.jsonl', 'b/2.JSON', 'b/notes.txt', 'c.jsonld', 'a.ndjson', 'd.xml', '.json'])
      writeFileSync(at(name), name);
    symlinkSync(folder, at('z/around.json'));
    symlinkSync(at('c.jsonld'), at('e.json'));
    const { texts, leftOut } = await opened(folder);
    expect(texts).toEqual(
      ['a.ndjson', 'b/2.JSON', 'c.jsonld', 'e.json', 'z/1.jsonl'].map((name) => [
        at(name),
        name === 'e.json' ? 'c.jsonld' : name,
      ]),
    );
    expect(leftOut).toEqual(['.json', 'b/notes.txt', 'd.xml', 'z/around.json'].map(at));
  });

  it('is never nothing', async () => {
    const message = `${folder} has no file that ends in .json, .jsonld, .jsonl, .ndjson`;
    await expect(opened(folder)).rejects.toMatchObject({ code: 'NO_FILE', message });
    await expect(opened(at('missing'))).rejects.toMatchObject({
      code: 'NO_FILE',
      message: `${at('missing')} cannot be read`,
    });
  });

  it('is read no further than a document may be long', async () => {
    writeFileSync(at('long.json'), '');
    truncateSync(at('long.json'), 2 * MAX_DOCUMENT_BYTES);
    const { documents } = await openSources([at('long.json')], chunks(), never);
    expect([...documents].map(({ bytes }) => bytes.length)).toEqual([MAX_DOCUMENT_BYTES + 1]);
  });

  it('is not waited for once the capture is interrupted', async () => {
    const interrupt = new AbortController();
    const open = openSources(['-'], silent(interrupt), interrupt.signal);
    await expect(open).rejects.toMatchObject({ code: 'INTERRUPTED' });
  });
});

/** An input that never ends; it is interrupted once it is waited for. */
function silent(interrupt: AbortController): AsyncIterable<Uint8Array> {
  const next = () => {
    setImmediate(() => interrupt.abort());
    return new Promise<IteratorResult<Uint8Array>>(() => undefined);
  };
  return { [Symbol.asyncIterator]: () => ({ next }) };
}
