import { X509Certificate, createPrivateKey } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CotraceError } from '@cotrace/core';
import type { Topology } from '../topology.js';
import {
  createAuthority,
  issueIdentity,
  issueTls,
  openAuthority,
  type Authority,
  type KeyAndCertificate,
} from './certificate.js';
import { removeUnfinished, writeFolder, type FolderFile } from './folder.js';
import { CryptoLayout, type NodeSpec, type OrganisationSpec } from './layout.js';
import { caName, certificateFile, nodeFiles, organisationFiles, tlsCaName, tlsPrefix } from './msp-files.js';

const LOOP_BACK = ['localhost', '127.0.0.1', '::1'];

/**
 * Makes what is missing of a network's certificates and keys below `dir`, and checks the rest:
 * organisations at the first start, identities of domains that were added later. What is there is never
 * made again. Each organisation and each node appears as a whole or not at all; one process at a time.
 *
 * Throws `CRYPTO_FOLDER`, with the path and what to do, where files are missing, are not certificates, or
 * do not belong together.
 */
export async function ensureCrypto(topology: Topology, dir: string): Promise<CryptoLayout> {
  const layout = new CryptoLayout(dir, topology);
  await removeUnfinished(join(dir, 'peerOrganizations'));
  await removeUnfinished(join(dir, 'ordererOrganizations'));
  await Promise.all(
    layout
      .organisations()
      .map((organisation) =>
        existsSync(organisation.dir) ? completeOrganisation(organisation) : createOrganisation(organisation),
      ),
  );
  return layout;
}

async function createOrganisation(organisation: OrganisationSpec): Promise<void> {
  const { domain } = organisation;
  const caFiles = createAuthority(domain, caName(domain));
  const tlsCaFiles = createAuthority(domain, tlsCaName(domain));
  const ca = openAuthority(caFiles);
  const tlsCa = openAuthority(tlsCaFiles);
  const nodes = organisation.nodes.flatMap((node) =>
    issueNode(domain, node, ca, tlsCa).map((file) => ({
      ...file,
      path: [node.collection, node.name, ...file.path],
    })),
  );
  await writeFolder(organisation.dir, [...organisationFiles(organisation, caFiles, tlsCaFiles), ...nodes]);
}

async function completeOrganisation(organisation: OrganisationSpec): Promise<void> {
  const authorities = {
    ca: await readAuthority(organisation, 'ca', caName(organisation.domain)),
    tlsCa: await readAuthority(organisation, 'tlsca', tlsCaName(organisation.domain)),
  };
  for (const collection of new Set(organisation.nodes.map((node) => node.collection))) {
    await removeUnfinished(join(organisation.dir, collection));
  }
  for (const node of organisation.nodes) {
    const dir = join(organisation.dir, node.collection, node.name);
    if (existsSync(dir)) {
      await checkNode(dir, node, authorities);
    } else {
      const [ca, tlsCa] = [await authorities.ca.open(), await authorities.tlsCa.open()];
      await writeFolder(dir, issueNode(organisation.domain, node, ca, tlsCa));
    }
  }
}

function issueNode(domain: string, node: NodeSpec, ca: Authority, tlsCa: Authority): FolderFile[] {
  const authorities = { ca: ca.certificate, tlsCa: tlsCa.certificate };
  const identity = issueIdentity(ca, node.name, node.role);
  const tls = issueTls(tlsCa, node.name, [node.host, ...LOOP_BACK]);
  return nodeFiles(domain, node, authorities, identity, tls);
}

/** An authority on disk. Its key may be kept elsewhere: it is read only when something must be signed. */
interface StoredAuthority {
  readonly certificate: X509Certificate;
  open(): Promise<Authority>;
}

async function readAuthority(
  { dir }: OrganisationSpec,
  folder: string,
  name: string,
): Promise<StoredAuthority> {
  const path = join(dir, folder, certificateFile(name));
  const advice =
    'the channels are built on it: restore it from a copy, or start a new network in another folder';
  const text = await readText(path, advice);
  return {
    certificate: parseCertificate(path, text, advice),
    async open() {
      const keyPath = join(dir, folder, 'priv_sk');
      const key = await readText(keyPath, 'it is needed to issue certificates: put it back for this start');
      return openAuthority(
        checkPair(keyPath, { key, certificate: text }, 'put back the one of this authority'),
      );
    },
  };
}

async function checkNode(
  dir: string,
  node: NodeSpec,
  authorities: Readonly<Record<'ca' | 'tlsCa', StoredAuthority>>,
): Promise<void> {
  const advice = `remove the folder ${dir} to have it created again`;
  const prefix = tlsPrefix(node);
  const pairs = [
    {
      certificate: ['msp', 'signcerts', certificateFile(node.name)],
      key: ['msp', 'keystore', 'priv_sk'],
      by: authorities.ca,
    },
    { certificate: ['tls', `${prefix}.crt`], key: ['tls', `${prefix}.key`], by: authorities.tlsCa },
  ];
  for (const pair of pairs) {
    const path = join(dir, ...pair.certificate);
    const [certificate, key] = [await readText(path, advice), await readText(join(dir, ...pair.key), advice)];
    checkPair(path, { certificate, key }, advice);
    if (!parseCertificate(path, certificate, advice).verify(pair.by.certificate.publicKey)) {
      throw broken(path, "is not issued by this organisation's authority", advice);
    }
  }
  await readText(join(dir, 'msp', 'config.yaml'), advice);
}

function checkPair(path: string, pair: KeyAndCertificate, advice: string): KeyAndCertificate {
  let matches: boolean;
  try {
    matches = parseCertificate(path, pair.certificate, advice).checkPrivateKey(createPrivateKey(pair.key));
  } catch (cause) {
    if (cause instanceof CotraceError) throw cause;
    throw broken(path, 'has no readable private key', advice, cause);
  }
  if (!matches) throw broken(path, 'and the private key do not belong together', advice);
  return pair;
}

function parseCertificate(path: string, pem: string, advice: string): X509Certificate {
  try {
    return new X509Certificate(pem);
  } catch (cause) {
    throw broken(path, 'is not a certificate', advice, cause);
  }
}

async function readText(path: string, advice: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw broken(path, 'cannot be read', advice, cause);
  }
}

function broken(path: string, what: string, advice: string, cause?: unknown): CotraceError {
  return new CotraceError('CRYPTO_FOLDER', `${path} ${what}; ${advice}`, { path }, cause);
}
