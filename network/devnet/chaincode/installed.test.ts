import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { sha256, toHex, utf8 } from '@cotrace/core';
import { tarGz } from '../../fabric/tar-gz.js';
import { packageBytes } from '../testing/package-bytes.js';
import { temporaryFolder } from '../testing/test-network.js';
import { InstalledChaincodes } from './installed.js';
import { parsePackage } from './package.js';

const RUNS = process.env['CI_DEEP'] === '1' ? 10_000 : 100;
const CONFIG = { ccaddr: '127.0.0.1:9999', host: 'somewhere' };
const METADATA = { type: 'ccaas', label: 'l' };

describe('the chaincodes of a peer', () => {
  let folder: ReturnType<typeof temporaryFolder>;
  const open = (config: Record<string, string> = CONFIG): InstalledChaincodes =>
    new InstalledChaincodes(join(folder.dir, 'chaincodes'), config);

  beforeEach(() => {
    folder = temporaryFolder();
  });

  afterEach(() => folder.remove());

  it('are packages, kept on disk as they came, under the hash of their bytes', async () => {
    const bytes = await packageBytes({ address: '{{.ccaddr}}' });
    const packageId = `asset_1.0:${toHex(sha256(bytes))}`;
    const installed = open();
    expect(installed.install(bytes)).toEqual({ packageId, label: 'asset_1.0' });
    expect(() => installed.install(bytes)).toThrow(
      `chaincode already successfully installed (package ID '${packageId}')`,
    );
    for (const table of [installed, open()]) {
      expect(table.packages()).toEqual([
        expect.objectContaining({ packageId, label: 'asset_1.0' }) as unknown,
      ]);
      expect(table.packageBytes(packageId)).toEqual(Buffer.from(bytes));
      expect(table.address(packageId)).toBe('127.0.0.1:9999');
      expect(table.endpoints()).toEqual([{ packageId, address: '127.0.0.1:9999' }]);
    }
    expect(installed.packageBytes('asset_1.0:00')).toBeNull();
    expect(installed.packageBytes('../addresses')).toBeNull();
  });

  it('are services at addresses without a package, each address replaced by the next', () => {
    const installed = open();
    installed.setAddress('cc:1', '127.0.0.1:1');
    installed.setAddress('cc:1', '127.0.0.1:2');
    installed.setAddress('cc:2', '127.0.0.1:3');
    expect(open().address('cc:1')).toBe('127.0.0.1:2');
    expect(open().endpoints()).toHaveLength(2);
    expect(open().address('constructor')).toBeNull();
    expect(open().packages()).toEqual([]);
  });

  it.each([
    ['127.0.0.1:7', '127.0.0.1:7'],
    ['{{.ccaddr}}', '127.0.0.1:9999'],
    ['{{ .host }}:{{- "" }}1', null],
    ['{{.host}}:70', 'somewhere:70'],
  ])('fill the address %s from the configuration of the peer', async (address, filled) => {
    const installed = open();
    const bytes = await packageBytes({ address });
    if (filled === null) expect(() => installed.install(bytes)).toThrow('is not of the form host:port');
    else expect(installed.address(installed.install(bytes).packageId)).toBe(filled);
  });

  it.each<[string, () => Promise<Uint8Array>, string]>([
    [
      'junk',
      () => Promise.resolve(utf8('junk')),
      'could not parse as a chaincode install package: error reading as gzip',
    ],
    ['an empty archive', () => tarGz({}), 'did not find a code package inside the package'],
    [
      'no metadata',
      () => tarGz({ 'code.tar.gz': '' }),
      'did not find any package metadata (missing metadata.json)',
    ],
    ['metadata that is no JSON', () => packageBytes({}, '{'), 'could not unmarshal metadata.json as json'],
    [
      'metadata that is no object',
      () => packageBytes({}, '1'),
      'could not unmarshal metadata.json as json: metadata.json must be an object',
    ],
    [
      'a label that is no text',
      () => packageBytes({}, { label: 1 }),
      'could not unmarshal metadata.json as json: metadata.json: label must be text',
    ],
    ['a folder', () => tarGz({ folder: '' }, 'directory'), 'tar entry folder is not a regular file, type 53'],
    ['no label', () => packageBytes({}, { type: 'ccaas' }), "invalid label ''. Label must be non-empty"],
    [
      'a label that leaves the folder',
      () => packageBytes({}, { ...METADATA, label: '../x' }),
      "invalid label '../x'",
    ],
    [
      'what a peer would have to build',
      () => packageBytes({}, { type: 'golang', label: 'l' }),
      "could not build chaincode: packages of type 'golang' are not emulated, only those of type 'ccaas'",
    ],
    [
      'no connection',
      () =>
        tarGz({}).then((code) => tarGz({ 'metadata.json': JSON.stringify(METADATA), 'code.tar.gz': code })),
      'could not build chaincode: connection.json not found in the code package',
    ],
    [
      'TLS',
      () => packageBytes({ address: 'a:1', tls_required: true }),
      'TLS to chaincode services is not emulated',
    ],
    ['no address', () => packageBytes({}), "the address '' in connection.json is not of the form host:port"],
    [
      'a template that the peer cannot fill',
      () => packageBytes({ address: '{{.other}}' }),
      'Failed to parse the Address field template: map has no entry for key "other"',
    ],
  ])('refuse %s, leaving nothing behind', async (_title, bytes, message) => {
    const installed = open();
    const given = await bytes();
    expect(() => installed.install(given)).toThrow(message);
    expect(readdirSync(join(folder.dir, 'chaincodes'))).toEqual([]);
  });

  it('say that they are damaged rather than lose something', async () => {
    const { packageId } = open().install(await packageBytes({ address: '{{.ccaddr}}' }));
    expect(() => open({})).toThrow('remove it, or give the peer the configuration that it needs');
    const path = join(folder.dir, 'chaincodes', `${packageId.replace(':', '.')}.tar.gz`);
    writeFileSync(path, readFileSync(path).subarray(1));
    expect(() => open()).toThrow('remove it and install the package again');
  });

  it.each(['', '{', '[1]', '{"cc":1}'])('do so with addresses, too: %s', (content) => {
    open().setAddress('cc:1', 'x:1');
    writeFileSync(join(folder.dir, 'chaincodes', 'addresses.json'), content);
    const error = expect.objectContaining({ code: 'INSTALLED_CHAINCODES' });
    expect(() => open()).toThrow(error);
    expect(() => open()).toThrow(/addresses\.json.*[:;] remove it and deploy again/);
  });
});

describe('a chaincode package', () => {
  it('that is none is refused, whatever it is', () => {
    const archives = fc.uint8Array({ minLength: 0, maxLength: 2048 }).map((bytes) => gzipSync(bytes));
    fc.assert(
      fc.property(fc.oneof(archives, fc.uint8Array()), (bytes) => {
        expect(() => parsePackage(bytes)).toThrow(expect.objectContaining({ code: 'BAD_PACKAGE' }));
      }),
      { numRuns: RUNS },
    );
  });

  it('that is damaged anywhere is refused or read, and nothing else happens', async () => {
    const good = await packageBytes({ address: 'a:1' });
    fc.assert(
      fc.property(fc.nat(good.length - 1), fc.nat(255), (at, byte) => {
        const bytes = good.slice();
        bytes[at] = byte;
        try {
          parsePackage(bytes);
        } catch (error) {
          expect(error).toMatchObject({ code: 'BAD_PACKAGE' });
        }
      }),
      { numRuns: RUNS },
    );
  });
});
