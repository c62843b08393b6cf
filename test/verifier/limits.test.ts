import { describe, expect, it } from '@jest/globals';
import { nodeVerifier } from '@cotrace/network';
import { errorOf } from '../../core/testing/error-of.js';
import { readRecordsProof } from '../../verifier/proof/records-proof.js';
import { readTrust } from '../../verifier/proof/trust.js';

describe('a proof file', () => {
  const attestation = {
    body: 'AA',
    unixSeconds: '1',
    mspId: 'A',
    certificate: 'AA',
    signature: 'AA',
  };
  const transaction = { block: '1', txNum: 0, envelope: 'AA', inclusionProof: [] };
  const file = (parts: object) =>
    JSON.stringify({
      format: 'cotrace.records-proof.v1',
      question: { traceId: 'A', direction: 'none' },
      blocks: [],
      transactions: [],
      ...parts,
    });
  const attested = (parts: object) =>
    file({ blocks: [{ block: '1', attestations: [{ ...attestation, ...parts }] }] });
  const holding = (parts: object) => file({ transactions: [{ ...transaction, ...parts }] });

  it('is read in the form that the document names', () => {
    expect(readRecordsProof(attested({})).blocks).toHaveLength(1);
    expect(readRecordsProof(holding({ txNum: 0xffffffff })).transactions).toHaveLength(1);
    for (const direction of ['none', 'up', 'down']) {
      const question = { traceId: 'A', direction };
      expect(readRecordsProof(file({ question })).question).toEqual(question);
    }
  });

  it.each<[string, string]>([
    ['blocks must be a list of at most 100000 items', file({ blocks: {} })],
    ['transactions must be a list of at most 100000 items', file({ transactions: {} })],
    [
      'attestations must be a list of at most 1000 items',
      file({ blocks: [{ block: '1', attestations: {} }] }),
    ],
    ['body must be at most 8913272 bytes in base64url', attested({ body: '!' })],
    ['certificate must be at most 65536 bytes in base64url', attested({ certificate: '!' })],
    ['signature must be at most 256 bytes in base64url', attested({ signature: '!' })],
    ['envelope must be at most 104857600 bytes in base64url', holding({ envelope: '!' })],
    ['inclusionProof must be a list of at most 32 items', holding({ inclusionProof: {} })],
    ['inclusionProof[0] must be at most 32 bytes in base64url', holding({ inclusionProof: ['!'] })],
    ['txNum must be a whole number from 0 to 4294967295', holding({ txNum: -1 })],
    ['txNum must be a whole number from 0 to 4294967295', holding({ txNum: 2 ** 32 })],
  ])('is bounded: %s', (said, text) => {
    const { code, message } = errorOf(() => readRecordsProof(text));
    expect([code, message]).toEqual(['BAD_PROOF', expect.stringContaining(said)]);
  });

  it.each<[string, string]>([
    ['of the file', file({ note: '' })],
    ['of the question', file({ question: { traceId: 'A', direction: 'none', note: '' } })],
    ['of a block', file({ blocks: [{ block: '1', attestations: [], note: '' }] })],
    ['of an attestation', attested({ note: '' })],
    ['of a transaction', holding({ note: '' })],
  ])('has no member more: %s', (_whose, text) => {
    const { code, message } = errorOf(() => readRecordsProof(text));
    expect([code, message]).toEqual(['BAD_PROOF', expect.stringContaining('the unknown member "note"')]);
  });

  it('asks about an identifier in its canonical form', () => {
    const question = { traceId: ' A', direction: 'none' };
    expect(errorOf(() => readRecordsProof(file({ question })))).toMatchObject({
      code: 'BAD_PROOF',
      message: 'proof: question.traceId must be an identifier in its canonical form, not " A"',
      detail: { field: 'question.traceId' },
      cause: { code: 'BAD_TRACE_ID' },
    });
  });

  it('is at most 256 MiB long', () => {
    const { code, detail } = errorOf(() => readRecordsProof(' '.repeat(2 ** 28 + 1)));
    expect([code, detail]).toEqual(['TOO_LONG', { maxBytes: 2 ** 28 }]);
  });
});

describe('a trust file', () => {
  const hash = '00'.repeat(32);
  const network = {
    mainName: 'main',
    mainGenesisHeaderHash: hash,
    checkingName: 'checking',
    checkingGenesisHeaderHash: hash,
    checkingHeight: 2,
  };
  const file = (parts: object) =>
    JSON.stringify({ format: 'cotrace.trust.v2', network, quorum: 2, organisations: [], ...parts });

  it.each<[string, string]>([
    ['organisations must be a list of at most 1000 items', file({ organisations: {} })],
    [
      'mspConfig must be at most 4194304 bytes in base64url',
      file({ organisations: [{ mspId: 'A', mspConfig: '!' }] }),
    ],
    [
      'mainName must be the name of a channel, 1 to 249 bytes',
      file({ network: { ...network, mainName: '' } }),
    ],
    [
      'checkingName must be the name of a channel, 1 to 249 bytes',
      file({ network: { ...network, checkingName: 'ä'.repeat(125) } }),
    ],
    ['quorum must be a whole number from 2 to 1000', file({ quorum: 1 })],
    ['quorum must be a whole number from 2 to 1000', file({ quorum: 1001 })],
    [
      'checkingHeight must be a whole number from 2 to 4294967295',
      file({ network: { ...network, checkingHeight: 1 } }),
    ],
    [
      'checkingHeight must be a whole number from 2 to 4294967295',
      file({ network: { ...network, checkingHeight: 2 ** 32 } }),
    ],
  ])('is bounded: %s', (said, text) => {
    const { code, message } = errorOf(() => readTrust(text, nodeVerifier));
    expect([code, message]).toEqual(['BAD_TRUST', expect.stringContaining(said)]);
  });

  it.each<[string, string]>([
    ['of the network', file({ network: { ...network, note: '' } })],
    ['of an organisation', file({ organisations: [{ mspId: 'A', mspConfig: 'AA', note: '' }] })],
  ])('has no member more: %s', (_whose, text) => {
    const { code, message } = errorOf(() => readTrust(text, nodeVerifier));
    expect([code, message]).toEqual(['BAD_TRUST', expect.stringContaining('the unknown member "note"')]);
  });

  it('may name its channels with 1 to 249 bytes', () => {
    for (const name of ['m', `${'ä'.repeat(124)}m`]) {
      const named = { ...network, mainName: name, checkingName: name };
      // The names are taken: what is refused comes after them.
      expect(errorOf(() => readTrust(file({ network: named }), nodeVerifier)).message).toContain(
        'quorum must be one that 0 organisations can have',
      );
    }
  });

  it('is at most 16 MiB long', () => {
    const { code, detail } = errorOf(() => readTrust(' '.repeat(2 ** 24 + 1), nodeVerifier));
    expect([code, detail]).toEqual(['TOO_LONG', { maxBytes: 2 ** 24 }]);
  });
});
