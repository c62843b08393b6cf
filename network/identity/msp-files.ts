import type { KeyAndCertificate } from './certificate.js';
import type { FolderFile } from './folder.js';
import type { NodeSpec, OrganisationSpec } from './layout.js';

/** PEM certificates of an organisation's two authorities. */
export interface AuthorityCertificates {
  readonly ca: string;
  readonly tlsCa: string;
}

/** Common name of the authority that signs an organisation's identities. */
export function caName(domain: string): string {
  return `ca.${domain}`;
}

/** Common name of the authority that signs an organisation's TLS certificates. */
export function tlsCaName(domain: string): string {
  return `tlsca.${domain}`;
}

/** File name that cryptogen gives to the certificate of `commonName`. */
export function certificateFile(commonName: string): string {
  return `${commonName}-cert.pem`;
}

/** `client` for users, `server` for nodes: how cryptogen names a node's TLS files. */
export function tlsPrefix({ collection }: Pick<NodeSpec, 'collection'>): 'client' | 'server' {
  return collection === 'users' ? 'client' : 'server';
}

/** Files of an organisation's own folder: its authorities, with keys, and its verifying MSP. */
export function organisationFiles(
  { domain }: OrganisationSpec,
  ca: KeyAndCertificate,
  tlsCa: KeyAndCertificate,
): FolderFile[] {
  return [
    { path: ['ca', 'priv_sk'], text: ca.key, secret: true },
    { path: ['ca', certificateFile(caName(domain))], text: ca.certificate },
    { path: ['tlsca', 'priv_sk'], text: tlsCa.key, secret: true },
    { path: ['tlsca', certificateFile(tlsCaName(domain))], text: tlsCa.certificate },
    ...verifyingMsp(domain, { ca: ca.certificate, tlsCa: tlsCa.certificate }),
  ];
}

/** Files of a node's folder: its local MSP with the signing key, and its TLS certificate and key. */
export function nodeFiles(
  domain: string,
  node: NodeSpec,
  authorities: AuthorityCertificates,
  identity: KeyAndCertificate,
  tls: KeyAndCertificate,
): FolderFile[] {
  const prefix = tlsPrefix(node);
  return [
    ...verifyingMsp(domain, authorities),
    { path: ['msp', 'signcerts', certificateFile(node.name)], text: identity.certificate },
    { path: ['msp', 'keystore', 'priv_sk'], text: identity.key, secret: true },
    { path: ['tls', 'ca.crt'], text: authorities.tlsCa },
    { path: ['tls', `${prefix}.crt`], text: tls.certificate },
    { path: ['tls', `${prefix}.key`], text: tls.key, secret: true },
  ];
}

function verifyingMsp(domain: string, { ca, tlsCa }: AuthorityCertificates): FolderFile[] {
  return [
    { path: ['msp', 'cacerts', certificateFile(caName(domain))], text: ca },
    { path: ['msp', 'tlscacerts', certificateFile(tlsCaName(domain))], text: tlsCa },
    { path: ['msp', 'config.yaml'], text: nodeOuConfig(`cacerts/${certificateFile(caName(domain))}`) },
  ];
}

function nodeOuConfig(certificate: string): string {
  const roles = { Client: 'client', Peer: 'peer', Admin: 'admin', Orderer: 'orderer' };
  const identifiers = Object.entries(roles).map(
    ([name, ou]) =>
      `  ${name}OUIdentifier:\n    Certificate: ${certificate}\n    OrganizationalUnitIdentifier: ${ou}\n`,
  );
  return `NodeOUs:\n  Enable: true\n${identifiers.join('')}`;
}
