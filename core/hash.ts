import { pureSha256 } from './pure-sha256.js';

/** Length of a SHA-256 hash, in bytes. */
export const HASH_LENGTH = 32;

/** The part of `node:crypto` that is used, as far as this file needs it. */
interface NodeCrypto {
  hash(algorithm: 'sha256', data: Uint8Array, encoding: 'latin1'): string;
  createHash(algorithm: 'sha256'): NodeHash;
}
interface NodeHash {
  update(data: Uint8Array): NodeHash;
  digest(encoding: 'latin1'): string;
}
interface Process {
  getBuiltinModule?(name: 'node:crypto'): NodeCrypto;
}

/**
 * Node's own SHA-256 is up to ten times as fast: it is asked for at run time and not imported, so that browsers load
 * this file as it is.
 */
const nodeCrypto = (globalThis as { process?: Process }).process?.getBuiltinModule?.('node:crypto');

/** `H` of the formats: SHA-256 over the concatenation of `parts`. */
export const sha256: (...parts: readonly Uint8Array[]) => Uint8Array =
  nodeCrypto === undefined ? pureSha256 : (...parts) => nodeSha256(nodeCrypto, parts);

/** What is longer in all is hashed part by part. */
const SHORT = 4096;
const short = new Uint8Array(SHORT);

/**
 * Node is asked for text: as bytes each hash would be memory of its own outside the engine's, and to keep account of
 * it costs the garbage collector more than the hash.
 */
function nodeSha256(crypto: NodeCrypto, parts: readonly Uint8Array[]): Uint8Array {
  const data = joined(parts);
  const text = data === null ? partByPart(crypto, parts) : crypto.hash('sha256', data, 'latin1');
  const hash = new Uint8Array(HASH_LENGTH);
  for (let i = 0; i < HASH_LENGTH; i++) hash[i] = text.charCodeAt(i);
  return hash;
}

/** `parts` in one piece, valid until the next call; null where they are too long to be copied. */
function joined(parts: readonly Uint8Array[]): Uint8Array | null {
  const [only] = parts;
  if (only !== undefined && parts.length === 1) return only;
  let length = 0;
  for (const part of parts) {
    if (length + part.length > SHORT) return null;
    short.set(part, length);
    length += part.length;
  }
  return short.subarray(0, length);
}

function partByPart(crypto: NodeCrypto, parts: readonly Uint8Array[]): string {
  const hash = crypto.createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest('latin1');
}
