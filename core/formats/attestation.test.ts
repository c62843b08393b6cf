import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { compareBytes, concat, equalBytes, toHex, utf8 } from '../bytes/bytes.js';
import { u32 } from '../bytes/codec.js';
import { isCotraceError } from '../errors.js';
import { sha256 } from '../hash.js';
import {
  amountOf,
  attestationSignedBytes,
  decodeAttestationBody,
  encodeAttestationBody,
  type AttestationBody,
  type DomainAmount,
} from './attestation.js';
import { exampleAttestation, exampleBody, hashOf } from './testing/examples.js';

const RUNS = process.env['CI_DEEP'] === '1' ? 10_000 : 100;

const hash = fc.uint8Array({ minLength: 32, maxLength: 32 });
const domain = fc.stringMatching(/^[a-zA-Z0-9]+(?:[-_][a-zA-Z0-9]+){0,3}$/, { size: 'small' });
const bodies = fc
  .record({
    networkId: hash,
    rules: fc.constant(1),
    blockNum: fc.bigInt(0n, 2n ** 64n - 1n),
    previousHash: hash.filter((bytes) => bytes.some((byte) => byte !== 0)),
    dataHash: hash,
    membership: hash,
    txRoot: hash,
    txTotal: fc.integer({ min: 200, max: 2 ** 32 - 1 }),
    amounts: fc.uniqueArray(
      fc.record({ domain: fc.oneof(domain, fc.constant('*')), amount: fc.integer({ min: 1, max: 100 }) }),
      { selector: (entry) => entry.domain, maxLength: 8 },
    ),
    trieRoot: hash,
  })
  .map((body) => ({
    ...body,
    previousHash: body.blockNum === 0n ? new Uint8Array() : body.previousHash,
    amounts: sorted(body.amounts),
  }));

function sorted(amounts: readonly DomainAmount[]): DomainAmount[] {
  return amounts.toSorted((a, b) => compareBytes(utf8(a.domain), utf8(b.domain)));
}

function refused(act: () => unknown, code: string): void {
  expect(act).toThrow(expect.objectContaining({ code }));
}

describe('the attestation body', () => {
  it('keeps its bytes', () => {
    const bytes = encodeAttestationBody(exampleBody);
    expect(bytes).toHaveLength(23 + 32 + 2 + 8 + 4 * 32 + 4 + 2 + (5 + 4) + 2 * (14 + 4) + 32);
    expect(toHex(sha256(bytes))).toMatchInlineSnapshot(
      `"cca5ccd9172a8f5042d042e54bd9f0e34bb366e6ad746fcad0def18a459e5484"`,
    );
  });

  it('reads back as it was written', () => {
    fc.assert(
      fc.property(bodies, (body) => {
        expect(decodeAttestationBody(encodeAttestationBody(body))).toEqual(body);
      }),
      { numRuns: RUNS },
    );
  });

  it('has one encoding: bytes that are read are those that would be written', () => {
    const mutations = fc.record({ at: fc.nat(), bit: fc.nat(7), cut: fc.nat(3), grow: fc.nat(3) });
    fc.assert(
      fc.property(bodies, mutations, (body, { at, bit, cut, grow }) => {
        const honest = encodeAttestationBody(body);
        const flippedAt = at % honest.length;
        const bytes = honest.map((byte, i) => (i === flippedAt ? byte ^ (1 << bit) : byte));
        const forged = concat(bytes.subarray(0, bytes.length - cut), new Uint8Array(grow));
        expect(readsBackOrIsRefused(forged)).toBe(true);
      }),
      { numRuns: RUNS },
    );
  });

  it('of block 0 states a previous hash of zeros, which reads as none', () => {
    const body: AttestationBody = { ...exampleBody, blockNum: 0n, previousHash: new Uint8Array() };
    const bytes = encodeAttestationBody(body);
    expect(decodeAttestationBody(bytes)).toEqual(body);
    expect(bytes).toHaveLength(encodeAttestationBody(exampleBody).length);
    refused(() => encodeAttestationBody({ ...body, previousHash: hashOf('x') }), 'BAD_PREVIOUS_HASH');
    refused(
      () => encodeAttestationBody({ ...exampleBody, previousHash: new Uint8Array(32) }),
      'BAD_PREVIOUS_HASH',
    );
    refused(
      () => encodeAttestationBody({ ...exampleBody, previousHash: new Uint8Array() }),
      'BAD_HASH_LENGTH',
    );
    refused(() => decodeAttestationBody(bytes.with(64, 1)), 'BAD_PREVIOUS_HASH');
  });

  const badAmounts: readonly (readonly [string, readonly DomainAmount[]])[] = [
    ['unsorted', [{ domain: 'b', amount: 1 }, { domain: 'a', amount: 1 }]], // prettier-ignore
    ['a domain twice', [{ domain: 'a', amount: 1 }, { domain: 'a', amount: 2 }]], // prettier-ignore
    ['zero', [{ domain: 'a', amount: 0 }]],
    ['more than all transactions', [{ domain: 'a', amount: 129 }]],
    ['more than all with those of every domain', [{ domain: '*', amount: 1 }, { domain: 'a', amount: 128 }]], // prettier-ignore
    ['a fraction', [{ domain: 'a', amount: 0.5 }]],
    ['no domain name', [{ domain: '', amount: 1 }]],
    ['a system namespace', [{ domain: '_lifecycle', amount: 1 }]],
    ['a system chaincode', [{ domain: 'qscc', amount: 1 }]],
    ['a name no chaincode can have', [{ domain: 'a b', amount: 1 }]],
    ['a name too long', [{ domain: 'a'.repeat(129), amount: 1 }]],
  ];

  it.each(badAmounts)('refuses amounts: %s', (_name, amounts) => {
    refused(() => encodeAttestationBody({ ...exampleBody, amounts }), 'BAD_AMOUNTS');
  });

  it('refuses received amounts that are unsorted, zero or announced but absent', () => {
    const bytes = encodeAttestationBody({ ...exampleBody, amounts: [{ domain: 'a', amount: 3 }, { domain: 'b', amount: 3 }] }); // prettier-ignore
    const [a, b] = [bytes.lastIndexOf(0x61, -33), bytes.lastIndexOf(0x62, -33)];
    refused(() => decodeAttestationBody(bytes.with(a, 0x62).with(b, 0x61)), 'BAD_AMOUNTS');
    refused(() => decodeAttestationBody(bytes.with(b, 0x61)), 'BAD_AMOUNTS');
    refused(() => decodeAttestationBody(bytes.with(a + 4, 0)), 'BAD_AMOUNTS');
    refused(() => decodeAttestationBody(bytes.with(a - 5, 0xff)), 'TOO_LONG');
    refused(() => decodeAttestationBody(bytes.with(a - 4, 0xff)), 'TOO_LONG');
    refused(() => decodeAttestationBody(bytes.with(a, 0xff)), 'BAD_UTF8');
  });

  it('refuses another tag, a byte too few and a byte too many', () => {
    const bytes = exampleAttestation.body;
    refused(() => decodeAttestationBody(bytes.with(0, 0)), 'BAD_TAG');
    refused(() => decodeAttestationBody(bytes.slice(0, -1)), 'TRUNCATED');
    refused(() => decodeAttestationBody(concat(bytes, Uint8Array.of(0))), 'TRAILING_BYTES');
    refused(() => decodeAttestationBody(new Uint8Array()), 'TRUNCATED');
  });

  it('refuses other rules, whatever follows them', () => {
    const bytes = encodeAttestationBody(exampleBody);
    expect([...bytes.subarray(55, 57)]).toEqual([0, 1]);
    for (const other of [bytes.with(56, 0), bytes.with(56, 2), bytes.with(55, 1)]) {
      refused(() => decodeAttestationBody(other), 'RULES');
      refused(() => decodeAttestationBody(other.slice(0, 57)), 'RULES');
    }
  });

  it.each(['networkId', 'dataHash', 'membership', 'txRoot', 'trieRoot'] as const)(
    'refuses a short %s',
    (field) => {
      refused(
        () => encodeAttestationBody({ ...exampleBody, [field]: new Uint8Array(31) }),
        'BAD_HASH_LENGTH',
      );
    },
  );

  it('counts for a domain its own transactions and those of every domain', () => {
    expect(amountOf(exampleBody.amounts, 'processing')).toBe(101);
    expect(amountOf(exampleBody.amounts, 'retail')).toBe(1);
    expect(amountOf([], 'retail')).toBe(0);
  });
});

describe('what an attestation signs', () => {
  it('is the body as received, then time, organisation and the hash of the certificate', () => {
    const { body, mspId, certificate } = exampleAttestation;
    const time = Uint8Array.of(0, 0, 0, 0, 0x68, 0xe7, 0x78, 0x00);
    expect(attestationSignedBytes(exampleAttestation)).toEqual(
      concat(body, time, u32(mspId.length), utf8(mspId), sha256(certificate)),
    );
    const forged = Uint8Array.of(1, 2, 3);
    expect(attestationSignedBytes({ ...exampleAttestation, body: forged }).slice(0, 3)).toEqual(forged);
  });

  it('refuses an organisation without a name, and times out of range', () => {
    refused(() => attestationSignedBytes({ ...exampleAttestation, mspId: '' }), 'BAD_NAME');
    refused(() => attestationSignedBytes({ ...exampleAttestation, mspId: '\ud800' }), 'BAD_NAME');
    refused(() => attestationSignedBytes({ ...exampleAttestation, mspId: 'ö'.repeat(128) }), 'BAD_NAME');
    refused(() => attestationSignedBytes({ ...exampleAttestation, unixSeconds: -1n }), 'OUT_OF_RANGE');
  });
});

function readsBackOrIsRefused(bytes: Uint8Array): boolean {
  try {
    return equalBytes(encodeAttestationBody(decodeAttestationBody(bytes)), bytes);
  } catch (error) {
    return isCotraceError(error);
  }
}
