import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { repository } from '../architecture/sources.js';

const LINEAGE = 'lineage: ';

interface Named {
  readonly name: string;
}

function json(path: string): unknown {
  return JSON.parse(readFileSync(join(repository, path), 'utf8'));
}

/** Names of all vectors, those of lineages with what they begin with in the table. */
function vectors(): string[] {
  const [proofs, lineages] = ['test/vectors/trace-proof', 'test/vectors/lineage'] as const;
  return [
    ...readdirSync(join(repository, proofs))
      .filter((file) => file !== 'trust.json')
      .map((file) => (json(`${proofs}/${file}`) as Named).name),
    ...readdirSync(join(repository, lineages)).flatMap((file) =>
      (json(`${lineages}/${file}`) as Named[]).map(({ name }) => LINEAGE + name),
    ),
  ];
}

/** The rows of the table of attacks: what is tried, and the vectors named. */
function table(): { readonly attack: string; readonly names: readonly string[] }[] {
  const text = readFileSync(join(repository, 'docs/threat-model.md'), 'utf8');
  const [, section = ''] = text.split('\n## Attacks on proofs of histories\n');
  const rows =
    section
      .split('\n## ')[0]
      ?.split('\n')
      .filter((line) => line.startsWith('|')) ?? [];
  return rows.slice(2).map((row) => {
    const [, attack = '', , last = ''] = row.split('|').map((cell) => cell.trim());
    return { attack, names: [...last.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name) };
  });
}

describe('the table of attacks on proofs', () => {
  it('names vectors that are there, at least one for each attack', () => {
    const known = new Set(vectors());
    const rows = table();
    expect(rows.length).toBeGreaterThan(30);
    expect(rows.filter(({ names }) => names.length === 0)).toEqual([]);
    expect(rows.flatMap(({ names }) => names).filter((name) => !known.has(name))).toEqual([]);
  });
});
