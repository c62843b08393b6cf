import { CotraceError, sha256, Shape, toHex, type JsonValue } from '@cotrace/core';
import { messageOf } from '../rpc/rpc-error.js';
import { readTarGz, type TarEntry } from './tar.js';

/** A chaincode package, taken apart. */
export interface ChaincodePackage {
  readonly label: string;
  /** What it is written in, or `ccaas` for a chaincode that runs as a service. */
  readonly type: string;
  /** The inner `.tar.gz`. */
  readonly code: Uint8Array;
}

const METADATA_FILE = 'metadata.json';
const CODE_FILE = 'code.tar.gz';
const CONNECTION_FILE = 'connection.json';
const LABEL = /^[A-Za-z0-9][A-Za-z0-9_.+-]*$/;

function bad(message: string, cause?: unknown): CotraceError {
  return new CotraceError('BAD_PACKAGE', message, {}, cause);
}

/** Id of a package: its label and the SHA-256 of its bytes. */
export function packageIdOf(label: string, bytes: Uint8Array): string {
  return `${label}:${toHex(sha256(bytes))}`;
}

/**
 * Takes a package apart as `ParseChaincodePackage` of core/chaincode/persistence/chaincode_package.go does.
 * Throws `BAD_PACKAGE`.
 */
export function parsePackage(bytes: Uint8Array): ChaincodePackage {
  const entries = readTarGz(bytes);
  for (const { name, isFile, type } of entries) {
    if (!isFile) throw bad(`tar entry ${name} is not a regular file, type ${type.charCodeAt(0)}`);
  }
  const metadata = fileOf(entries, METADATA_FILE);
  const code = fileOf(entries, CODE_FILE);
  if (code === null) throw bad('did not find a code package inside the package');
  if (metadata === null) throw bad('did not find any package metadata (missing metadata.json)');
  const fields = objectOf(metadata, METADATA_FILE);
  const [label, type] = [textOf(fields, 'label'), textOf(fields, 'type')];
  if (LABEL.test(label)) return { label, type, code };
  const rule =
    "Label must be non-empty, can only consist of alphanumerics, symbols from '.+-_', and can only begin with " +
    'alphanumerics';
  throw bad(`invalid label '${label}'. ${rule}`);
}

/**
 * Address `host:port` at which a package's chaincode runs as a service. Its `connection.json` may name fields of the
 * peer's own configuration, as in `{{.ccaddr}}` (ccaas_builder). Throws `BAD_PACKAGE`; other packages would have to be
 * built and run by the peer, which is not emulated, nor is TLS to the chaincode.
 */
export function serviceAddress(
  { type, code }: ChaincodePackage,
  config: Readonly<Record<string, string>>,
): string {
  if (type.toLowerCase() !== 'ccaas')
    throw bad(`packages of type '${type}' are not emulated, only those of type 'ccaas'`);
  const connection = fileOf(readTarGz(code), CONNECTION_FILE);
  if (connection === null) throw bad(`${CONNECTION_FILE} not found in the code package`);
  const fields = objectOf(connection, CONNECTION_FILE);
  if (fields.optional('tls_required')?.boolean() === true)
    throw bad('TLS to chaincode services is not emulated');
  const filled = textOf(fields, 'address').replace(
    /\{\{-?\s*\.([A-Za-z_][A-Za-z0-9_]*)\s*-?\}\}/g,
    (_, field: string) => {
      const value = Object.hasOwn(config, field) ? config[field] : undefined;
      if (value !== undefined) return value;
      throw bad(`Failed to parse the Address field template: map has no entry for key "${field}"`);
    },
  );
  if (/^[^\s{}]+:\d{1,5}$/.test(filled)) return filled;
  throw bad(`the address '${filled}' in ${CONNECTION_FILE} is not of the form host:port`);
}

/** The last file of a name: what unpacking the archive would leave. */
function fileOf(entries: readonly TarEntry[], name: string): Uint8Array | null {
  return entries.findLast((entry) => entry.isFile && entry.name === name)?.content ?? null;
}

/** The JSON object in a file; members that nobody asks for are left alone, as Go does. */
function objectOf(bytes: Uint8Array, file: string): Shape {
  const problem = `could not unmarshal ${file} as json`;
  try {
    const value = JSON.parse(Buffer.from(bytes).toString()) as JsonValue;
    return new Shape(value, { code: 'BAD_PACKAGE', locate: () => `${problem}: ${file}` });
  } catch (cause) {
    throw bad(`${problem}: ${messageOf(cause)}`, cause);
  }
}

/** A member that is text; '' where it is missing. */
function textOf(object: Shape, name: string): string {
  return object.optional(name)?.text() ?? '';
}
