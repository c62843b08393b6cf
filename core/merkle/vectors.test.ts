import { describe, expect, it } from '@jest/globals';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { verifyInclusion } from './verify.js';

const repository = fileURLToPath(new URL('../..', import.meta.url));
const folder = resolve(repository, process.env['COTRACE_DATA'] ?? '../shared/data', 'rfc6962/inclusion');

interface Vector {
  readonly leafIdx: number;
  readonly treeSize: number;
  readonly root: string;
  readonly leafHash: string;
  readonly proof: readonly string[] | null;
  readonly wantErr: boolean;
}

const bytes = (base64: string): Uint8Array => Uint8Array.from(Buffer.from(base64, 'base64'));

// Skipped where the vectors of transparency-dev/merkle are not beside the repository.
const describeWithData = existsSync(folder) ? describe : describe.skip;

describeWithData('the inclusion vectors of transparency-dev/merkle', () => {
  const files = existsSync(folder)
    ? readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.json'))
    : [];

  it('are all there', () => {
    expect(files.length).toBeGreaterThanOrEqual(90);
  });

  it.each(files.map((file) => [file]))('%s', (file) => {
    const vector = JSON.parse(readFileSync(join(folder, file), 'utf8')) as Vector;
    const act = (): void =>
      verifyInclusion({
        index: vector.leafIdx,
        size: vector.treeSize,
        leafHash: bytes(vector.leafHash),
        proof: (vector.proof ?? []).map(bytes),
        root: bytes(vector.root),
      });
    if (vector.wantErr) expect(act).toThrow(expect.objectContaining({ name: 'MalformedError' }));
    else act();
  });
});
