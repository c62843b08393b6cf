import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fromBinary } from '@bufbuild/protobuf';
import { fromUtf8 } from '@cotrace/core';
import { common } from '@cotrace/fabric-model';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mspConfigOfFolder } from './msp-folder.js';

const pem = (text: string): string => `-----BEGIN CERTIFICATE-----\n${text}\n-----END CERTIFICATE-----\n`;

describe('the MSP configuration of a folder', () => {
  let dir: string;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'cotrace-msp-'));
    write('cacerts/ca.pem', pem('root'));
  });
  afterEach(() => rmSync(dir, { recursive: true, force: true }));

  function write(path: string, text: string): void {
    mkdirSync(dirname(join(dir, path)), { recursive: true });
    writeFileSync(join(dir, path), text);
  }

  const read = (): common.FabricMSPConfig =>
    fromBinary(common.FabricMSPConfigSchema, mspConfigOfFolder(dir, 'AMSP').config);

  it('takes every kind of certificate, in the order of the file names', () => {
    write('cacerts/b.pem', pem('second'));
    write('cacerts/.hidden', 'nothing');
    write('cacerts/folder/x.pem', pem('not this'));
    write('intermediatecerts/i.pem', pem('intermediate'));
    write('admincerts/a.pem', pem('admin'));
    write('crls/c.pem', pem('list'));
    write('tlscacerts/t.pem', pem('tls'));
    write('tlsintermediatecerts/ti.pem', pem('tls intermediate'));
    const config = read();
    const texts = (files: Uint8Array[]): string[] => files.map((file) => fromUtf8(file).split('\n')[1] ?? '');
    expect(config.name).toBe('AMSP');
    expect(texts(config.rootCerts)).toEqual(['second', 'root']);
    expect(texts(config.intermediateCerts)).toEqual(['intermediate']);
    expect(texts(config.admins)).toEqual(['admin']);
    expect(texts(config.revocationList)).toEqual(['list']);
    expect(texts(config.tlsRootCerts)).toEqual(['tls']);
    expect(texts(config.tlsIntermediateCerts)).toEqual(['tls intermediate']);
    expect(config.cryptoConfig).toMatchObject({
      signatureHashFamily: 'SHA2',
      identityIdentifierHashFunction: 'SHA256',
    });
    expect(config.fabricNodeOus).toBeUndefined();
  });

  it('takes units of the MSP, and NodeOUs with or without a certificate', () => {
    write(
      'config.yaml',
      `OrganizationalUnitIdentifiers:
  - { Certificate: cacerts/ca.pem, OrganizationalUnitIdentifier: mill }
NodeOUs:
  Enable: true
  ClientOUIdentifier: { Certificate: cacerts/ca.pem, OrganizationalUnitIdentifier: client }
  PeerOUIdentifier: { OrganizationalUnitIdentifier: peer }
`,
    );
    const {
      organizationalUnitIdentifiers: [unit],
      fabricNodeOus: ous,
    } = read();
    expect(unit?.organizationalUnitIdentifier).toBe('mill');
    expect(fromUtf8(unit?.certificate ?? new Uint8Array())).toBe(pem('root'));
    expect(ous?.enable).toBe(true);
    expect(ous?.clientOuIdentifier?.certificate.length).toBeGreaterThan(0);
    expect(ous?.peerOuIdentifier).toMatchObject({ organizationalUnitIdentifier: 'peer' });
    expect(ous?.peerOuIdentifier?.certificate).toHaveLength(0);
    expect(ous?.adminOuIdentifier).toBeUndefined();
  });

  it('has no NodeOUs where they are not enabled', () => {
    write(
      'config.yaml',
      'NodeOUs: { Enable: false, PeerOUIdentifier: { OrganizationalUnitIdentifier: peer } }',
    );
    expect(read().fabricNodeOus).toBeUndefined();
  });

  it.each([
    ['cacerts/b.pem', 'no certificate', 'cacerts/b.pem is no PEM file'],
    ['config.yaml', 'NodeOUs: [', 'config.yaml is not valid YAML'],
    ['config.yaml', 'NodeOUs: 3', 'config.yaml:1: NodeOUs must be an object, not 3'],
    ['config.yaml', 'OrganizationalUnitIdentifiers: 3', 'OrganizationalUnitIdentifiers must be a list'],
    [
      'config.yaml',
      'OrganizationalUnitIdentifiers: [{}]',
      'OrganizationalUnitIdentifiers[0] lacks its OrganizationalUnitIdentifier',
    ],
    [
      'config.yaml',
      'NodeOUs: { Enable: true, PeerOUIdentifier: { OrganizationalUnitIdentifier: peer, Certificate: lost.pem } }',
      'lost.pem cannot be read',
    ],
  ])('refuses %s holding %j', (path, text, message) => {
    write(path, text);
    expect(read).toThrow(expect.objectContaining({ code: 'MSP_FOLDER' }));
    expect(read).toThrow(message);
  });

  it('refuses a folder without an authority', () => {
    rmSync(join(dir, 'cacerts'), { recursive: true });
    expect(read).toThrow('holds no certificate of an authority');
  });
});
