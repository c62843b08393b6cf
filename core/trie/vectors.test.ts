import { describe, expect, it } from '@jest/globals';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fromHex, toHex, utf8 } from '../bytes/bytes.js';
import { keccak256 } from './keccak.js';
import { IMPLEMENTATIONS } from './testing/implementations.js';

const repository = fileURLToPath(new URL('../..', import.meta.url));
const folder = resolve(repository, process.env['COTRACE_DATA'] ?? '../shared/data', 'ethereum-trie');

type Entries = readonly (readonly [string, string | null])[];
type File = Readonly<
  Record<string, { readonly in: Entries | Readonly<Record<string, string>>; readonly root: string }>
>;

const bytes = (text: string): Uint8Array =>
  text.startsWith('0x') ? fromHex(text.slice(2).toLowerCase()) : utf8(text);

function vectors(name: string): [string, Entries, string][] {
  if (!existsSync(folder)) return [];
  const file = JSON.parse(readFileSync(join(folder, name), 'utf8')) as File;
  return Object.entries(file).map(([title, vector]) => [
    title,
    Array.isArray(vector.in) ? (vector.in as Entries) : Object.entries(vector.in as Record<string, string>),
    vector.root.replace(/^0x/, ''),
  ]);
}

// Skipped where the vectors of ethereum/tests are not beside the repository.
const describeWithData = existsSync(folder) ? describe : describe.skip;

describeWithData.each(IMPLEMENTATIONS)('%s has the roots of ethereum/tests', (_name, create) => {
  const files = [
    ['trietest.json', false, 'in order'],
    ['trietest_secureTrie.json', true, 'in order'],
    ['trieanyorder.json', false, 'in any order'],
  ] as const;

  it.each(files)('%s', async (name, hashed, order) => {
    const found = vectors(name);
    expect(found.length).toBeGreaterThan(2);
    for (const [title, entries, root] of found) {
      const changes = entries.map(([key, value]) => ({
        key: hashed ? keccak256(bytes(key)) : bytes(key),
        value: value === null ? null : bytes(value),
      }));
      for (const sequence of order === 'in order' ? [changes] : [changes, changes.toReversed()]) {
        const [atOnce, oneByOne] = [create(), create()];
        await atOnce.apply(sequence);
        let last = (await oneByOne.commit()).root;
        for (const change of sequence) {
          await oneByOne.apply([change]);
          last = (await oneByOne.commit()).root;
        }
        expect([title, toHex((await atOnce.commit()).root), toHex(last)]).toEqual([title, root, root]);
      }
    }
  });
});
