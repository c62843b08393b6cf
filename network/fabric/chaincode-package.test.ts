import { gunzipSync } from 'node:zlib';
import { sha256, toHex } from '@cotrace/core';
import { describe, expect, it } from '@jest/globals';
import { extract } from 'tar-stream';
import { servicePackage } from './chaincode-package.js';

async function filesOf(archive: Uint8Array): Promise<Record<string, Buffer>> {
  const files: Record<string, Buffer> = {};
  const reader = extract();
  reader.end(gunzipSync(archive));
  for await (const entry of reader) {
    const parts: Buffer[] = [];
    for await (const part of entry) parts.push(part as Buffer);
    files[entry.header.name] = Buffer.concat(parts);
  }
  return files;
}

describe('the package of a chaincode that runs as a service', () => {
  it('holds what a peer reads of one', async () => {
    const files = await filesOf((await servicePackage('label_1')).bytes);
    expect(Object.keys(files)).toEqual(['metadata.json', 'code.tar.gz']);
    expect(JSON.parse(files['metadata.json']?.toString() ?? '')).toEqual({ type: 'ccaas', label: 'label_1' });
    const code = await filesOf(new Uint8Array(files['code.tar.gz'] ?? []));
    expect(Object.keys(code)).toEqual(['connection.json']);
    expect(JSON.parse(code['connection.json']?.toString() ?? '')).toEqual({
      address: '{{.address}}',
      dial_timeout: '10s',
      tls_required: false,
    });
  });

  it('names one address for all peers where one is given', async () => {
    const files = await filesOf((await servicePackage('label_1', 'cotrace.farm.example:9999')).bytes);
    const code = await filesOf(new Uint8Array(files['code.tar.gz'] ?? []));
    expect(JSON.parse(code['connection.json']?.toString() ?? '')).toMatchObject({
      address: 'cotrace.farm.example:9999',
    });
  });

  it('goes by its label and hash', async () => {
    const { id, label, bytes } = await servicePackage('label_1');
    expect([id, label]).toEqual([`label_1:${toHex(sha256(bytes))}`, 'label_1']);
  });

  it('is the same on every machine and with every Node: definitions on ledgers name it', async () => {
    expect((await servicePackage('cotrace-trace_1')).id).toBe(
      'cotrace-trace_1:2cbc7fda908fa103db832e6306020269e9cca7c3746368eb108d96070a0cf51e',
    );
  });
});
