import { describe, expect, it } from '@jest/globals';
import { utf8 } from '../bytes/bytes.js';
import { isCotraceError } from '../errors.js';
import { canonicalJson } from '../json/canonical-json.js';
import { checkStoreIdentity, encodeStoreIdentity, type StoreIdentity } from './store-identity.js';

const own: StoreIdentity = {
  kind: 'business',
  network: 'ab'.repeat(32),
  node: 'org1.retail',
  organisation: 'Org1MSP',
  holds: 'retail',
};

/** The code and text of what checking throws. */
function refused(row: Uint8Array | null, expected = own): [code: string, message: string] {
  try {
    checkStoreIdentity(row, expected, 'nodes/org1.retail');
  } catch (error) {
    if (isCotraceError(error)) return [error.code, error.message];
    throw error;
  }
  return ['', ''];
}

describe('the identity row of a store', () => {
  it('has the bytes that docs/formats.md says, and is the owner’s', () => {
    const row = encodeStoreIdentity(own);
    const network = 'ab'.repeat(32);
    expect(Buffer.from(row).toString()).toBe(
      `{"identity":{"holds":"retail","kind":"business","network":"${network}","node":"org1.retail",` +
        '"organisation":"Org1MSP"},"layout":4}',
    );
    expect(checkStoreIdentity(row, own, 'nodes/org1.retail')).toBe('today');
  });

  it('of an older layout is taken over where its rows can be read, and is its owner’s alone', () => {
    const older = (identity: StoreIdentity) => utf8(canonicalJson({ identity: { ...identity }, layout: 2 }));
    expect(checkStoreIdentity(older(own), own, 'nodes/org1.retail')).toBe('older');
    expect(refused(older({ ...own, holds: 'goods' }))[0]).toBe('WRONG_STORE');
    const master: StoreIdentity = { ...own, kind: 'master', holds: 'main' };
    expect(checkStoreIdentity(older(master), master, 'nodes/org1.master')).toBe('today');
  });

  const others: readonly (readonly [string, Partial<StoreIdentity>])[] = [
    ['kind', { kind: 'master' }],
    ['network', { network: 'cd'.repeat(32) }],
    ['node', { node: 'org1.goods' }],
    ['organisation', { organisation: 'Org2MSP' }],
    ['domain', { holds: 'goods' }],
  ];

  it.each(others)('of another %s is refused, and says whose it is', (_title, other) => {
    const theirs = { ...own, ...other };
    const [code, message] = refused(encodeStoreIdentity(theirs));
    expect(code).toBe('WRONG_STORE');
    for (const { kind, node, organisation, holds, network } of [own, theirs]) {
      const owner = `${kind} ${node} of ${organisation ?? ''} for ${holds} in network ${network.slice(0, 16)}`;
      expect(message).toContain(owner);
    }
  });

  it('that is not there, or of another layout, is of another version', () => {
    expect(refused(null)[0]).toBe('STORE_LAYOUT');
    const later = utf8(canonicalJson({ identity: { ...own }, layout: 5 }));
    expect(refused(later)).toMatchObject(['STORE_LAYOUT', expect.stringContaining('layout 5')]);
  });

  it('of other bytes is damage, and nothing of it is shown raw', () => {
    for (const bytes of [utf8(''), utf8('[]'), utf8('{"a":1,"a":2}'), Uint8Array.of(0xff)]) {
      expect(refused(bytes)[0]).toBe('STORE_DAMAGED');
    }
    const odd = utf8(canonicalJson({ identity: { ...own, node: '\u001b[31m\u202e\n' }, layout: 2 }));
    const [code, message] = refused(odd);
    expect([code, /[\u001b\u202e\n]/.test(message)]).toEqual(['WRONG_STORE', false]);
  });
});
