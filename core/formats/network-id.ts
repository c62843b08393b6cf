import { utf8 } from '../bytes/bytes.js';
import { lp, u32 } from '../bytes/codec.js';
import { sha256 } from '../hash.js';
import { checkCheckingHeight } from './rev.js';
import { hashField, nameField } from './fields.js';

/** Longest channel name, in bytes (Fabric: common/configtx/validator.go). */
export const MAX_CHANNEL_NAME_BYTES = 249;

const TAG = utf8('cotrace.network.v1\0');

/** What tells one network from every other, a staging network under the same authorities included. */
export interface NetworkIdentity {
  /** Name of the channel `main`, 1…249 bytes. */
  readonly mainName: string;
  /** Hash of the header of its block 0, 32 bytes. */
  readonly mainGenesisHeaderHash: Uint8Array;
  /** Name of the channel `checking`, 1…249 bytes. */
  readonly checkingName: string;
  /** Hash of the header of its block 0, 32 bytes. */
  readonly checkingGenesisHeaderHash: Uint8Array;
  /** Checking height: main blocks in a cycle, 2…2^32−1. */
  readonly c: number;
}

/**
 * The network id, 32 bytes (docs/formats.md, Network id). It is in everything that is signed.
 * Throws `BAD_NAME`, `BAD_HASH_LENGTH`, `BAD_CHECKING_HEIGHT`.
 */
export function networkId(network: NetworkIdentity): Uint8Array {
  checkCheckingHeight(network.c);
  return sha256(
    TAG,
    lp(nameField(network.mainName, 'main channel name', MAX_CHANNEL_NAME_BYTES)),
    hashField(network.mainGenesisHeaderHash, 'genesis header hash of the main channel'),
    lp(nameField(network.checkingName, 'checking channel name', MAX_CHANNEL_NAME_BYTES)),
    hashField(network.checkingGenesisHeaderHash, 'genesis header hash of the checking channel'),
    u32(network.c),
  );
}
