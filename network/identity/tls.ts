import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CotraceError } from '@cotrace/core';
import type { CryptoLayout } from './layout.js';
import { certificateFile, tlsCaName } from './msp-files.js';

/** TLS material of a node or user, PEM, in the form that `node:tls` and grpc-js take. */
export interface TlsMaterial {
  /** Certificate of the organisation's TLS authority. */
  readonly ca: Buffer;
  readonly certificate: Buffer;
  readonly key: Buffer;
}

/**
 * Loads a `tls` folder of cryptogen's layout: `ca.crt` and `server.crt`, `server.key`, or `client.crt`,
 * `client.key` for a user. Throws `TLS_FOLDER` with the path.
 */
export function loadTls(tlsDir: string): TlsMaterial {
  const { ca, certificate, key } = tlsFiles(tlsDir);
  return { ca: read(ca), certificate: read(certificate), key: read(key) };
}

/** Paths of the files of a `tls` folder. */
export function tlsFiles(tlsDir: string): Readonly<Record<keyof TlsMaterial, string>> {
  const prefix = existsSync(join(tlsDir, 'server.crt')) ? 'server' : 'client';
  return {
    ca: join(tlsDir, 'ca.crt'),
    certificate: join(tlsDir, `${prefix}.crt`),
    key: join(tlsDir, `${prefix}.key`),
  };
}

/** Certificates of every organisation's TLS authority, PEM, one after the other: whom a node trusts. */
export function loadTlsRoots(layout: CryptoLayout): Buffer {
  return Buffer.concat(
    layout
      .organisations()
      .map(({ dir, domain }) => read(join(dir, 'tlsca', certificateFile(tlsCaName(domain))))),
  );
}

function read(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (cause) {
    throw new CotraceError('TLS_FOLDER', `${path} cannot be read`, { path }, cause);
  }
}
