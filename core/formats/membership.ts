import { compareBytes, utf8 } from '../bytes/bytes.js';
import { lp, u16 } from '../bytes/codec.js';
import { CotraceError } from '../errors.js';
import { sha256 } from '../hash.js';
import { hashField, nameField } from './fields.js';

/** Longest MSP id, in bytes. */
export const MAX_MSP_ID_BYTES = 255;

const TAG = utf8('cotrace.membership.v1\0');

/** An organisation as the membership names it. */
export interface Member {
  readonly mspId: string;
  /** `H` of the bytes of its FabricMSPConfig in the channel configuration, 32 bytes. */
  readonly configHash: Uint8Array;
}

/**
 * How many of `n` organisations must agree where nothing higher is set: max(2, floor(n/2)+1). Throws
 * `TOO_FEW_ORGANISATIONS` below 2: one organisation alone proves nothing to outsiders.
 */
export function defaultQuorum(n: number): number {
  if (!Number.isInteger(n) || n < 2) {
    throw new CotraceError('TOO_FEW_ORGANISATIONS', `a quorum needs at least 2 organisations, not ${n}`, {
      n,
    });
  }
  return Math.max(2, Math.floor(n / 2) + 1);
}

/**
 * How many of `n` organisations must agree where a consortium has set `quorum`, null for none: never fewer than the
 * default, since one that grows needs more than it once set, and never more than there are, since one that shrinks could
 * not continue (docs/formats.md, Membership). Throws as `defaultQuorum`.
 */
export function quorumAmong(n: number, quorum: number | null): number {
  return Math.min(n, Math.max(defaultQuorum(n), quorum ?? 0));
}

/**
 * Hash of the organisations that count and of the quorum `q` among them, 32 bytes (docs/formats.md, Membership).
 * `members` may come in any order. Throws `TOO_FEW_ORGANISATIONS`, `BAD_QUORUM` for a q below the default or
 * above the number of members, `DUPLICATE_ORGANISATION`, `BAD_NAME`, `BAD_HASH_LENGTH`, `OUT_OF_RANGE`.
 */
export function membershipHash({ q, members }: { q: number; members: readonly Member[] }): Uint8Array {
  const least = defaultQuorum(members.length);
  if (!Number.isInteger(q) || q < least || q > members.length) {
    throw new CotraceError(
      'BAD_QUORUM',
      `the quorum of ${members.length} organisations must be from ${least} to ${members.length}`,
      {
        q,
      },
    );
  }
  const sorted = members
    .map(({ mspId, configHash }) => ({
      mspId: utf8(nameField(mspId, 'MSP id', MAX_MSP_ID_BYTES)),
      configHash: hashField(configHash, `configuration hash of ${mspId}`),
    }))
    .sort((a, b) => compareBytes(a.mspId, b.mspId));
  if (new Set(members.map(({ mspId }) => mspId)).size < members.length) {
    throw new CotraceError('DUPLICATE_ORGANISATION', 'an organisation is in the membership twice', {
      members: members.map(({ mspId }) => mspId),
    });
  }
  const parts = sorted.flatMap(({ mspId, configHash }) => [lp(mspId), configHash]);
  return sha256(TAG, u16(q), u16(sorted.length), ...parts);
}
