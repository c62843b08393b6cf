import { compareBytes, concat, equalBytes, utf8 } from '../bytes/bytes.js';
import { lp, Reader, u16, u32, u64 } from '../bytes/codec.js';
import { MalformedError } from '../errors.js';
import { HASH_LENGTH, sha256 } from '../hash.js';
import { EVERY_DOMAIN, isDomainName, MAX_DOMAIN_BYTES } from './domains.js';
import { hashField, nameField } from './fields.js';
import { requireRules } from './known-rules.js';
import { MAX_MSP_ID_BYTES } from './membership.js';

const TAG = utf8('cotrace.attestation.v2\0');
const NO_HASH = new Uint8Array(HASH_LENGTH);

/** An entry of a block's Amountlist (seed 001, section 4.1.2). */
export interface DomainAmount {
  /** A domain, or `EVERY_DOMAIN`. */
  readonly domain: string;
  /** Number of the block's transactions that belong to it, 1…txTotal. */
  readonly amount: number;
}

/** What a master states of a main block. Honest masters state the same bytes. */
export interface AttestationBody {
  readonly networkId: Uint8Array;
  /** The rules in force for the block: how the rest follows from main's blocks. */
  readonly rules: number;
  readonly blockNum: bigint;
  /** Hash of the header before, 32 bytes; empty for block 0 alone. */
  readonly previousHash: Uint8Array;
  /** Data hash of the block's header, 32 bytes. */
  readonly dataHash: Uint8Array;
  /** `membershipHash` of the configuration in force before the block. */
  readonly membership: Uint8Array;
  /** Root of the tree over the block's transaction leaves; `txTotal` is its size. */
  readonly txRoot: Uint8Array;
  /** Number of the block's transactions, invalid ones included. */
  readonly txTotal: number;
  /** Sorted by the domain's UTF-8 bytes, each domain once. */
  readonly amounts: readonly DomainAmount[];
  /** Root of the state trie after the block, 32 bytes. */
  readonly trieRoot: Uint8Array;
}

/** An attestation body as one organisation signed it. */
export interface Attestation {
  /** The encoded body, kept as received. */
  readonly body: Uint8Array;
  /** When it was signed. */
  readonly unixSeconds: bigint;
  readonly mspId: string;
  /** The signer's certificate, DER. */
  readonly certificate: Uint8Array;
  /** DER, over `attestationSignedBytes`. */
  readonly signature: Uint8Array;
}

/**
 * The bytes of an attestation body (docs/formats.md, Attestation body). Throws `BAD_HASH_LENGTH`, `BAD_AMOUNTS`
 * for amounts that are out of range or order, `OUT_OF_RANGE`, `RULES`.
 */
export function encodeAttestationBody(body: AttestationBody): Uint8Array {
  requireRules(body.rules, 'the attestation');
  checkAmounts(body.amounts, body.txTotal);
  return concat(
    TAG,
    hashField(body.networkId, 'network id'),
    u16(body.rules),
    u64(body.blockNum),
    previousHashField(body),
    hashField(body.dataHash, 'data hash'),
    hashField(body.membership, 'membership'),
    hashField(body.txRoot, 'transaction root'),
    u32(body.txTotal),
    u16(body.amounts.length),
    ...body.amounts.flatMap(({ domain, amount }) => [lp(domain), u32(amount)]),
    hashField(body.trieRoot, 'trie root'),
  );
}

/**
 * The attestation body that bytes from another node state; only what `encodeAttestationBody` writes is taken.
 * Throws `RULES` for a body under rules that this version does not know, `TRUNCATED`, `TRAILING_BYTES`, `BAD_TAG`,
 * `TOO_LONG`, `BAD_UTF8`, `BAD_AMOUNTS`, `BAD_PREVIOUS_HASH`.
 */
export function decodeAttestationBody(bytes: Uint8Array): AttestationBody {
  const reader = new Reader(bytes, 'an attestation body');
  reader.expect(TAG);
  const networkId = reader.take(HASH_LENGTH);
  const rules = reader.u16();
  // What follows under other rules may have any form.
  requireRules(rules, 'the attestation');
  const blockNum = reader.u64();
  const previous = reader.take(HASH_LENGTH);
  const dataHash = reader.take(HASH_LENGTH);
  const membership = reader.take(HASH_LENGTH);
  const txRoot = reader.take(HASH_LENGTH);
  const txTotal = reader.u32();
  const amounts: DomainAmount[] = [];
  for (let left = reader.u16(); left > 0; left--) {
    amounts.push({ domain: reader.text(MAX_DOMAIN_BYTES), amount: reader.u32() });
  }
  const trieRoot = reader.take(HASH_LENGTH);
  reader.end();
  checkAmounts(amounts, txTotal);
  checkPreviousHash(blockNum, previous);
  const previousHash = blockNum === 0n ? new Uint8Array() : previous;
  return {
    networkId,
    rules,
    blockNum,
    previousHash,
    dataHash,
    membership,
    txRoot,
    txTotal,
    amounts,
    trieRoot,
  };
}

/** How many of a block's transactions a node of `domain` receives: those of the domain and those of every domain. */
export function amountOf(amounts: readonly DomainAmount[], domain: string): number {
  return amounts
    .filter((entry) => entry.domain === domain || entry.domain === EVERY_DOMAIN)
    .reduce((sum, { amount }) => sum + amount, 0);
}

/**
 * The bytes that an attestation's signature is over (docs/formats.md, Attestation): the body as received, the
 * time, the organisation and the hash of the certificate. Throws `BAD_NAME`, `OUT_OF_RANGE`.
 */
export function attestationSignedBytes(attestation: Omit<Attestation, 'signature'>): Uint8Array {
  return concat(
    attestation.body,
    u64(attestation.unixSeconds),
    lp(nameField(attestation.mspId, 'MSP id', MAX_MSP_ID_BYTES)),
    sha256(attestation.certificate),
  );
}

function previousHashField({ blockNum, previousHash }: AttestationBody): Uint8Array {
  const hash =
    blockNum === 0n && previousHash.length === 0 ? NO_HASH : hashField(previousHash, 'previous hash');
  checkPreviousHash(blockNum, hash);
  return hash;
}

function checkPreviousHash(blockNum: bigint, hash: Uint8Array): void {
  if ((blockNum === 0n) !== equalBytes(hash, NO_HASH)) {
    throw new MalformedError('BAD_PREVIOUS_HASH', 'block 0, and it alone, has no previous hash', {
      blockNum: String(blockNum),
    });
  }
}

function checkAmounts(amounts: readonly DomainAmount[], txTotal: number): void {
  let previous: Uint8Array | null = null;
  let everyDomain = 0;
  for (const { domain, amount } of amounts) {
    const key = utf8(domain);
    const named = domain === EVERY_DOMAIN || isDomainName(domain);
    const inRange = Number.isInteger(amount) && amount > 0 && everyDomain + amount <= txTotal;
    if (!named || !inRange || (previous !== null && compareBytes(previous, key) >= 0)) {
      throw new MalformedError('BAD_AMOUNTS', 'amounts are 1 to the total, one a domain, sorted', {
        domain,
        amount,
        txTotal,
      });
    }
    // The asterisk sorts before every name, so the amount of all domains is known before any other.
    if (domain === EVERY_DOMAIN) everyDomain = amount;
    previous = key;
  }
}
