import { CotraceError, decodeCheckingHeader, equalBytes, isCotraceError } from '@cotrace/core';
import { endorsedBytes, type Endorsement, type Identity } from '@cotrace/fabric-model';
import { MAX_CERTIFICATE_BYTES, MAX_SIGNATURE_BYTES } from '../main-block/attestation.js';
import type { Membership } from '../main-block/main-config.js';
import { readSealingTransaction, type SealingTransaction } from './sealing-transaction.js';

/** Most endorsements of a transaction that are looked at. */
const MAX_SEAL_ENDORSEMENTS = 1000;

/** Why an endorsement does not count. */
export type PassedOver = 'size' | 'identity' | 'member' | 'again' | 'role' | 'curve' | 'signature';

/** What a seal is judged against. */
export interface SealTerms {
  /** Name of the channel `checking`. */
  readonly channel: string;
  /** The bytes of the header that it is to prove. */
  readonly header: Uint8Array;
  /** The membership of the header before: whose endorsements count. */
  readonly config: Membership;
}

/** Who sealed. */
export interface Sealers {
  /** MSP ids of the members whose endorsement counts, by their bytes, at least a quorum. */
  readonly endorsers: readonly string[];
  /** MSP id of the member that initiated. */
  readonly creator: string;
}

/** A seal that proves its header. */
export interface VerifiedSeal extends Sealers {
  /** By when it was sealed, Unix seconds. It says nothing of how new a state is. */
  readonly time: bigint;
}

/**
 * Checks that a transaction of `checking` proves a header (docs/formats.md, Seal; seed 001, section 4.2.3). Throws what
 * `readSealingTransaction` and `sealersOf` throw, and `SEAL_HEADER` where it proves others than this one.
 */
export function verifySeal(envelope: Uint8Array, { channel, header, config }: SealTerms): VerifiedSeal {
  const transaction = readSealingTransaction(envelope, channel);
  if (!transaction.headers.some((written) => equalBytes(written, header))) {
    throw new CotraceError('SEAL_HEADER', 'the transaction seals other checking headers than the one shown');
  }
  return { ...sealersOf(transaction, config), time: transaction.time };
}

/**
 * Who sealed what a transaction writes, under a membership. Throws `SEAL_CREATOR` where its creator is no member's valid identity
 * or did not sign it, `SEAL_QUORUM` where the endorsements of fewer than q members count; its detail says why others do not.
 */
export function sealersOf(transaction: SealingTransaction, membership: Membership): Sealers {
  checkCreator(transaction, membership);
  const { endorsers, passedOver } = endorsersOf(transaction, membership);
  if (endorsers.length >= membership.quorum) return { endorsers, creator: transaction.creator };
  throw new CotraceError(
    'SEAL_QUORUM',
    `${endorsers.length} of the ${membership.quorum} members that a quorum needs endorsed it: ${endorsers.join(', ')}`,
    { endorsers, quorum: membership.quorum, passedOver },
  );
}

/**
 * The members that endorsed two different headers of one cycle: evidence against each, whether or not a quorum stands behind
 * either. Empty where the two transactions write the same headers, or none of one cycle. `membership` is that of the header
 * before.
 */
export function sealedBoth(
  one: SealingTransaction,
  other: SealingTransaction,
  membership: Membership,
): string[] {
  const first = new Map(one.headers.map((header) => [decodeCheckingHeader(header).checkNum, header]));
  const differs = other.headers.some((header) => {
    const same = first.get(decodeCheckingHeader(header).checkNum);
    return same !== undefined && !equalBytes(same, header);
  });
  if (!differs) return [];
  const endorsed = new Set(endorsersOf(other, membership).endorsers);
  return endorsersOf(one, membership).endorsers.filter((mspId) => endorsed.has(mspId));
}

function checkCreator({ envelope, creator }: SealingTransaction, membership: Membership): void {
  const identity = identified(envelope.creator, membership);
  const isOurs = identity !== null && isMember(identity.mspId, membership);
  if (isOurs && membership.manager.verify(identity, envelope.payload, envelope.signature)) return;
  throw new CotraceError('SEAL_CREATOR', 'no member of the membership has signed the transaction', {
    creator,
  });
}

/**
 * The members of a membership whose endorsements of a transaction count, each once, and why others do not: leaf certificates
 * of OU `peer`, P-256, low S.
 */
export function endorsersOf(
  { endorsements, responsePayload }: Pick<SealingTransaction, 'endorsements' | 'responsePayload'>,
  membership: Membership,
): { endorsers: string[]; passedOver: PassedOver[] } {
  const endorsers = new Set<string>();
  const passedOver: PassedOver[] = [];
  for (const endorsement of endorsements.slice(0, MAX_SEAL_ENDORSEMENTS)) {
    const judged = judge(endorsement, responsePayload, membership, endorsers);
    if (judged.mspId === null) passedOver.push(judged.why);
    else endorsers.add(judged.mspId);
  }
  const counted = membership.members.filter(({ mspId }) => endorsers.has(mspId));
  return { endorsers: counted.map(({ mspId }) => mspId), passedOver };
}

type Judged = { readonly mspId: string } | { readonly mspId: null; readonly why: PassedOver };

/** One endorsement, as far as those that counted before let it be worth the work. */
function judge(
  { endorser, signature }: Endorsement,
  responsePayload: Uint8Array,
  membership: Membership,
  counted: ReadonlySet<string>,
): Judged {
  const no = (why: PassedOver): Judged => ({ mspId: null, why });
  if (endorser.length > MAX_CERTIFICATE_BYTES || signature.length > MAX_SIGNATURE_BYTES) return no('size');
  const identity = identified(endorser, membership);
  if (identity === null) return no('identity');
  if (!isMember(identity.mspId, membership)) return no('member');
  if (counted.has(identity.mspId)) return no('again');
  if (identity.role !== 'peer') return no('role');
  if (identity.certificate.curve !== 'P-256') return no('curve');
  // High S is refused there.
  const signed = endorsedBytes(responsePayload, endorser);
  return membership.manager.verify(identity, signed, signature) ? { mspId: identity.mspId } : no('signature');
}

function isMember(mspId: string, { members }: Membership): boolean {
  return members.some((member) => member.mspId === mspId);
}

/** The valid identity in `SerializedIdentity` bytes; null where it is none of this membership's. */
function identified(serialized: Uint8Array, { manager }: Membership): Identity | null {
  try {
    const identity = manager.deserialize(serialized);
    return identity.isValid ? identity : null;
  } catch (error) {
    if (!isCotraceError(error)) throw error;
    return null;
  }
}
