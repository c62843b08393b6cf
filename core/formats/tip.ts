import { concat, utf8 } from '../bytes/bytes.js';
import { lp, u64 } from '../bytes/codec.js';
import { sha256 } from '../hash.js';
import { hashField, nameField } from './fields.js';
import { MAX_MSP_ID_BYTES } from './membership.js';

const TAG = utf8('cotrace.tip.v1\0');

/** What a master states of how far the ledger has come, as its signature binds it. */
export interface TipStatement {
  /** Network id, 32 bytes. */
  readonly networkId: Uint8Array;
  /** Number of the newest block. */
  readonly block: bigint;
  /** Hash of its header, 32 bytes. */
  readonly headerHash: Uint8Array;
  /** Root of the state trie after it, 32 bytes. */
  readonly trieRoot: Uint8Array;
  /** When it was signed. */
  readonly unixSeconds: bigint;
  readonly mspId: string;
  /** The signer's certificate, DER. */
  readonly certificate: Uint8Array;
}

/** The bytes that a tip's signature is over (docs/formats.md, Tip). Throws `BAD_HASH_LENGTH`, `BAD_NAME`, `OUT_OF_RANGE`. */
export function tipSignedBytes(tip: TipStatement): Uint8Array {
  return concat(
    TAG,
    hashField(tip.networkId, 'network id'),
    u64(tip.block),
    hashField(tip.headerHash, 'header hash'),
    hashField(tip.trieRoot, 'trie root'),
    u64(tip.unixSeconds),
    lp(nameField(tip.mspId, 'MSP id', MAX_MSP_ID_BYTES)),
    sha256(tip.certificate),
  );
}
