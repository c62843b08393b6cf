import { describe, expect, it } from '@jest/globals';
import { nodeVerifier } from '@cotrace/network';
import { errorOf } from '../../core/testing/error-of.js';
import { readTrust } from '../../verifier/proof/trust.js';

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
    JSON.stringify({
      format: 'cotrace.trust.v2',
      network,
      sequence: '0',
      quorum: 2,
      organisations: [],
      ...parts,
    });

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
      'checkingHeight must be a whole number from 2 to 100000',
      file({ network: { ...network, checkingHeight: 1 } }),
    ],
    [
      'checkingHeight must be a whole number from 2 to 100000',
      file({ network: { ...network, checkingHeight: 100_001 } }),
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
