import { describe, expect, it } from '@jest/globals';
import type { Attestation } from '@cotrace/core';
import { codeOf } from '../../gateway-app/testing/codes.js';
import { boundSignatures } from '../../verifier/proof/bound-work.js';

const attestationOf = (mspId: string, certificate = 0): Attestation => ({
  mspId,
  certificate: Uint8Array.of(certificate),
  body: new Uint8Array(),
  signature: new Uint8Array(),
  unixSeconds: 0n,
});
/** A block for each of `count` certificates of one organisation. */
const withCertificates = (count: number) =>
  Array.from({ length: count }, (_, i) => ({ block: BigInt(i), attestations: [attestationOf('A', i)] }));

describe('the work of a proof', () => {
  it('is one signature of each organisation for a block', async () => {
    const blockOf = (...attestations: Attestation[]) => [{ block: 1n, attestations }];
    expect(await codeOf(() => boundSignatures(blockOf(attestationOf('A'), attestationOf('B'))))).toBeNull();
    expect(await codeOf(() => boundSignatures(blockOf(attestationOf('A'), attestationOf('A', 1))))).toBe(
      'BAD_PROOF',
    );
  });

  it('is 64 certificates of an organisation, each as often as it signs', async () => {
    expect(await codeOf(() => boundSignatures(withCertificates(64)))).toBeNull();
    expect(
      await codeOf(() => boundSignatures([...withCertificates(64), ...withCertificates(64)])),
    ).toBeNull();
    expect(await codeOf(() => boundSignatures(withCertificates(65)))).toBe('BAD_PROOF');
  });
});
