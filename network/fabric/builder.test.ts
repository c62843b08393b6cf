import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ADDRESS_FIELD, BUILDER_VARIABLE, writeBuilder } from './builder.js';

let dir: string;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'cotrace-builder-'));
  writeBuilder(join(dir, 'builder'));
  for (const name of ['source', 'metadata', 'output', 'release']) mkdirSync(join(dir, name));
  write('source/connection.json', { address: ADDRESS_FIELD, tls_required: false });
});

afterEach(() => rmSync(dir, { recursive: true, force: true }));

const path = (name: string) => join(dir, name);
const write = (name: string, value: unknown) => writeFileSync(path(name), JSON.stringify(value));

/** Exit code of one of the builder's programs, called as a peer does, with the little environment that it gives. */
function run(program: string, args: readonly string[], env: Record<string, string> = {}): Promise<number> {
  const { PATH = '' } = process.env;
  return new Promise((resolve) => {
    const child = execFile(path(`builder/bin/${program}`), args.map(path), { env: { PATH, ...env } });
    child.once('close', (code) => resolve(code ?? -1));
  });
}

describe('the external builder', () => {
  it('takes chaincode as a service and leaves other packages to others', async () => {
    write('metadata/metadata.json', { type: 'ccaas', label: 'one' });
    expect(await run('detect', ['source', 'metadata'])).toBe(0);
    write('metadata/metadata.json', { type: 'node', label: 'ccaas' });
    expect(await run('detect', ['source', 'metadata'])).toBe(1);
  });

  it('gives each peer the address that its configuration says', async () => {
    const env = { [BUILDER_VARIABLE]: JSON.stringify({ address: '127.0.0.1:9999' }) };
    expect(await run('build', ['source', 'metadata', 'output'], env)).toBe(0);
    expect(await run('release', ['output', 'release'])).toBe(0);
    const released = readFileSync(path('release/chaincode/server/connection.json'), 'utf8');
    expect(JSON.parse(released)).toEqual({ address: '127.0.0.1:9999', tls_required: false });
  });

  it('fills each field by its name, and leaves empty what the configuration does not have', async () => {
    write('source/connection.json', {
      address: '{{.checking}}',
      domain: '{{.nothing}}',
      other: '{{.address}}',
    });
    const fields = { address: '127.0.0.1:9999', checking: 'one.master:9998' };
    const env = { [BUILDER_VARIABLE]: JSON.stringify(fields) };
    expect(await run('build', ['source', 'metadata', 'output'], env)).toBe(0);
    const built = readFileSync(path('output/connection.json'), 'utf8');
    expect(JSON.parse(built)).toEqual({ address: 'one.master:9998', domain: '', other: '127.0.0.1:9999' });
    expect(readdirSync(path('output'))).toEqual(['connection.json']);
  });

  it('keeps an address that the package itself gives, and its index definitions', async () => {
    write('source/connection.json', { address: 'chaincode.example.com:7052' });
    mkdirSync(path('source/META-INF/statedb/couchdb/indexes'), { recursive: true });
    write('source/META-INF/statedb/couchdb/indexes/owner.json', {});
    expect(await run('build', ['source', 'metadata', 'output'])).toBe(0);
    expect(await run('release', ['output', 'release'])).toBe(0);
    const released = readFileSync(path('release/chaincode/server/connection.json'), 'utf8');
    expect(JSON.parse(released)).toEqual({ address: 'chaincode.example.com:7052' });
    expect(readFileSync(path('release/statedb/couchdb/indexes/owner.json'), 'utf8')).toBe('{}');
  });

  it('fails where the package does not say how to reach the chaincode', async () => {
    rmSync(path('source/connection.json'));
    expect(await run('build', ['source', 'metadata', 'output'])).not.toBe(0);
  });
});
