import { createPrivateKey, X509Certificate } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CotraceError } from '@cotrace/core';
import { parseCertificate } from '@cotrace/fabric-model';
import { loadIdentity, loadTls, tlsFiles, type SigningIdentity, type TlsMaterial } from '@cotrace/network';
import { certificateHash, pemCertificateHash } from '../consortium/certificate-hash.js';
import type { Consortium, ConsortiumNode } from '../consortium/consortium.js';

/** Units of a certificate that say its role. Source: Fabric's NodeOUs, as its tools name them. */
const ROLES = ['peer', 'client', 'admin', 'orderer'];

/**
 * Loads a node's TLS folder. Throws `TLS_FOLDER`, and `CONFIG` with the file where the certificate is not the one that the
 * consortium file names, which is how everybody else knows the node, or the key is not that certificate's.
 */
export function loadNodeTls(tlsDir: string, node: ConsortiumNode, consortium: Consortium): TlsMaterial {
  const tls = loadTls(tlsDir);
  const paths = tlsFiles(tlsDir);
  const certificate = readIn(paths.certificate, () => new X509Certificate(tls.certificate));
  const hash = certificateHash(certificate.raw);
  if (hash !== node.certificate) {
    const owner = consortium.nodes.find((other) => other.certificate === hash);
    throw wrong(
      paths.certificate,
      `must be the TLS certificate of ${node.name}, SHA-256 ${node.certificate} in the consortium file, but is ` +
        `${owner === undefined ? 'one that is not in that file' : `that of ${owner.name}`}, SHA-256 ${hash}`,
    );
  }
  const key = readIn(paths.key, () => createPrivateKey(tls.key));
  if (!certificate.checkPrivateKey(key)) {
    throw wrong(paths.key, `must be the private key of ${paths.certificate}, but is another one`);
  }
  return tls;
}

/**
 * Loads the identity with which a master attests. Throws `IDENTITY`, and `CONFIG` with the folder where it is of another
 * role or organisation, or not the one that the consortium file names: everybody would refuse what it signs. An organisation is known here by the TLS authorities
 * that tools put beside its identities; where there are none, the channel's configuration tells later.
 */
export function loadAttester(mspDir: string, node: ConsortiumNode, consortium: Consortium): SigningIdentity {
  const identity = loadOf('peer', 'attest', mspDir, node, consortium);
  const hash = pemCertificateHash(identity.certificate);
  if (node.signer === null || hash === node.signer) return identity;
  throw wrong(
    join(mspDir, 'signcerts'),
    `must hold the signing certificate of ${node.name}, SHA-256 ${node.signer} in the consortium file, but holds one with ` +
      `SHA-256 ${hash}; put that certificate and its key back, or make the consortium files again with the new one`,
  );
}

/**
 * Loads the identity with which a master submits transactions of the checking contract. It is a client's: the policy `Writers` of
 * a stock organisation takes clients and administrators, and no peers (fabric-samples, test-network/configtx). Throws as
 * `loadAttester`.
 */
export function loadSubmitter(mspDir: string, node: ConsortiumNode, consortium: Consortium): SigningIdentity {
  return loadOf('client', 'submit', mspDir, node, consortium);
}

/** An identity of a role and of a node's organisation; `purpose` is what it is wanted for. */
function loadOf(
  role: 'peer' | 'client',
  purpose: string,
  mspDir: string,
  node: ConsortiumNode,
  consortium: Consortium,
): SigningIdentity {
  const identity = loadIdentity(mspDir, node.mspId);
  const folder = join(mspDir, 'signcerts');
  const { subject } = readIn(folder, () => parseCertificate(identity.certificate));
  const units = subject.organizationalUnits;
  const other = ROLES.find((candidate) => candidate !== role && units.includes(candidate));
  if (other !== undefined && !units.includes(role)) {
    throw wrong(
      folder,
      `must hold a certificate of a ${role} (OU ${role}) to ${purpose} with, but holds one of OU ${other}`,
    );
  }
  const beside = join(mspDir, 'tlscacerts');
  const owners = new Set(certificatesIn(beside).flatMap((pem) => ownersOf(pem, consortium)));
  if (owners.size > 0 && !owners.has(node.mspId)) {
    throw wrong(
      mspDir,
      `must be an identity of ${node.mspId}, but is one of ${[...owners].join(', ')} (${beside})`,
    );
  }
  return identity;
}

/** The organisations of the consortium file that have this TLS authority. */
function ownersOf(pem: string, consortium: Consortium): string[] {
  return consortium.organisations
    .filter(({ tlsRoots }) => tlsRoots.includes(pem.trim()))
    .map(({ mspId }) => mspId);
}

function certificatesIn(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder).map((name) =>
    readIn(join(folder, name), () => readFileSync(join(folder, name), 'utf8')),
  );
}

function readIn<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    throw new CotraceError('CONFIG', `${path} cannot be read`, { path }, cause);
  }
}

function wrong(path: string, rule: string): CotraceError {
  return new CotraceError('CONFIG', `${path} ${rule}`, { path });
}
