import { describe, expect, it } from '@jest/globals';
import { fromHex, utf8 } from '@cotrace/core';
import { effects } from '../mvcc/effects.js';
import { decodeRwset } from '../transaction/rwset.js';
import { encodeRwset } from '../validation/testing/transaction.js';
import { applyLifecycleWrites } from './apply.js';
import { defaultDefinition, definitionFromState, definitionWrites } from './definition.js';

describe('applyLifecycleWrites', () => {
  it('follows definitions and redefinitions, and names the chaincodes concerned', () => {
    const state = new Map<string, Uint8Array>();
    const get = (key: string): Uint8Array | null => state.get(key) ?? null;
    const apply = (
      writes: readonly { key: string; value: Uint8Array }[],
      namespace = '_lifecycle',
    ): string[] =>
      applyLifecycleWrites(state, effects(decodeRwset(encodeRwset([{ namespace, writes: [...writes] }]))));
    const first = defaultDefinition({ name: 'retail', version: '1', sequence: 1n });
    expect(definitionFromState('retail', get)).toBeNull();
    expect(apply(definitionWrites(first), 'other')).toEqual([]);
    expect(apply(definitionWrites(first))).toEqual(['retail']);
    expect(definitionFromState('retail', get)).toEqual(first);
    const second = { ...first, sequence: 2n, version: '2', initRequired: true };
    const changes = definitionWrites(second, get);
    expect(changes.map(({ key }) => key)).toEqual([
      'namespaces/fields/retail/EndorsementInfo',
      'namespaces/fields/retail/Sequence',
    ]);
    expect(apply(changes)).toEqual(['retail']);
    expect(definitionFromState('retail', get)).toEqual(second);
    expect(apply([{ key: 'something/else', value: utf8('x') }])).toEqual([]);
  });

  it('a name that is defined as something else is no chaincode', () => {
    const get = (): Uint8Array => fromHex('0a0a536f6d657468696e6721');
    expect(() => definitionFromState('retail', get)).toThrow(
      expect.objectContaining({ code: 'NOT_A_CHAINCODE' }),
    );
  });
});
