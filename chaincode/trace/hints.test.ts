import { describe, expect, it } from '@jest/globals';
import { parseHints } from './hints.js';
import { refused } from './testing/refused.js';
import { hashOf, noHint } from './testing/samples.js';

const full = { id: 'a', preTraceTxId: hashOf('tx'), preTraceHash: hashOf('block') };

describe('hints', () => {
  it('are taken in the order of the identifiers', () => {
    const hints = [full, noHint('b')];
    expect(parseHints(JSON.stringify(hints), ['a', 'b'])).toEqual(hints);
    expect(parseHints('[]', [])).toEqual([]);
  });

  it.each([
    ['one is missing', [full]],
    ['the order is another', [noHint('b'), full]],
    ['only the transaction is given', [{ ...full, preTraceHash: null }, noHint('b')]],
    ['only the block is given', [{ ...full, preTraceTxId: null }, noHint('b')]],
    ['a hash is upper-case', [{ ...full, preTraceHash: full.preTraceHash.toUpperCase() }, noHint('b')]],
    ['a hash is short', [{ ...full, preTraceTxId: '00' }, noHint('b')]],
    ['a member is unknown', [{ ...full, ver: 1 }, noHint('b')]],
    ['a member is missing', [{ id: 'a', preTraceTxId: null }, noHint('b')]],
    ['they are no array', { a: full }],
  ])('are refused where %s', (_name, hints) => {
    refused('BAD_HINTS', () => parseHints(JSON.stringify(hints), ['a', 'b']));
  });

  it('are refused where there are too many', () => {
    refused('TOO_LARGE', () => parseHints(JSON.stringify([full, noHint('b')]), ['a']));
  });
});
