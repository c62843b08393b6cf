import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { create, toBinary } from '@bufbuild/protobuf';
import { CotraceError, type Shape } from '@cotrace/core';
import { common } from '@cotrace/fabric-model';
import { parseSettings } from '../settings-text.js';
import { textOfFile } from '../text-file.js';

/** Far more than any organisation has. */
const MAX_UNITS = 10_000;

const PEM = /^-----BEGIN [A-Z0-9 ]+-----/m;

/**
 * The verifying `MSPConfig` of an MSP folder, as Fabric builds it for the channel configuration
 * (msp/configbuilder.go, getMspConfig): files of a folder in the order of their names, certificates as the
 * bytes on disk. Throws `MSP_FOLDER` with the path where a certificate or `config.yaml` cannot be used.
 */
export function mspConfigOfFolder(dir: string, mspId: string): common.MSPConfig {
  const rootCerts = pemFiles(join(dir, 'cacerts'));
  if (rootCerts.length === 0) throw unusable(join(dir, 'cacerts'), 'holds no certificate of an authority');
  const { ous, nodeOus } = readConfig(dir);
  const config = create(common.FabricMSPConfigSchema, {
    name: mspId,
    rootCerts,
    intermediateCerts: pemFiles(join(dir, 'intermediatecerts')),
    admins: pemFiles(join(dir, 'admincerts')),
    revocationList: pemFiles(join(dir, 'crls')),
    organizationalUnitIdentifiers: ous,
    cryptoConfig: { signatureHashFamily: 'SHA2', identityIdentifierHashFunction: 'SHA256' },
    tlsRootCerts: pemFiles(join(dir, 'tlscacerts')),
    tlsIntermediateCerts: pemFiles(join(dir, 'tlsintermediatecerts')),
    ...(nodeOus && { fabricNodeOus: nodeOus }),
  });
  return create(common.MSPConfigSchema, { type: 0, config: toBinary(common.FabricMSPConfigSchema, config) });
}

function pemFiles(dir: string): Uint8Array[] {
  if (!existsSync(dir)) return [];
  return readdirSync(dir, { withFileTypes: true })
    .filter((entry) => !entry.isDirectory() && !entry.name.startsWith('.'))
    .map((entry) => entry.name)
    .sort()
    .map((name) => {
      const path = join(dir, name);
      const bytes = readBytes(path);
      if (!PEM.test(Buffer.from(bytes).toString('latin1'))) throw unusable(path, 'is not a PEM file');
      return bytes;
    });
}

function readConfig(dir: string): {
  ous: common.FabricOUIdentifier[];
  nodeOus: common.FabricNodeOUs | null;
} {
  const path = join(dir, 'config.yaml');
  if (!existsSync(path)) return { ous: [], nodeOus: null };
  const root = parseSettings(textOfFile(readBytes(path), path), path, 'MSP_FOLDER');
  const ous = (root.optional('OrganizationalUnitIdentifiers')?.items(MAX_UNITS) ?? []).map((item) => {
    return identifier(dir, item) ?? item.fail('lacks its OrganizationalUnitIdentifier');
  });
  const nodeOus = root.section('NodeOUs');
  if (nodeOus.optional('Enable')?.boolean() !== true) return { ous, nodeOus: null };
  const role = (name: string) => identifier(dir, nodeOus.section(`${name}OUIdentifier`));
  const [client, peer, admin, orderer] = [role('Client'), role('Peer'), role('Admin'), role('Orderer')];
  return {
    ous,
    nodeOus: create(common.FabricNodeOUsSchema, {
      enable: true,
      ...(client && { clientOuIdentifier: client }),
      ...(peer && { peerOuIdentifier: peer }),
      ...(admin && { adminOuIdentifier: admin }),
      ...(orderer && { ordererOuIdentifier: orderer }),
    }),
  };
}

function identifier(dir: string, item: Shape): common.FabricOUIdentifier | null {
  const name = item.optional('OrganizationalUnitIdentifier')?.text() ?? '';
  const file = item.optional('Certificate')?.text() ?? '';
  if (name === '') return null;
  return create(common.FabricOUIdentifierSchema, {
    organizationalUnitIdentifier: name,
    ...(file !== '' && { certificate: readBytes(join(dir, file)) }),
  });
}

function readBytes(path: string): Uint8Array {
  try {
    return new Uint8Array(readFileSync(path));
  } catch (cause) {
    throw unusable(path, 'cannot be read', cause);
  }
}

function unusable(path: string, what: string, cause?: unknown): CotraceError {
  return new CotraceError('MSP_FOLDER', `${path} ${what}`, { path }, cause);
}
