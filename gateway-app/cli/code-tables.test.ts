import { describe, expect, it } from '@jest/globals';
import { CODE_TABLES, exitClassOf } from './code-tables.js';

describe('the class of the exit code', () => {
  it('is declared beside the code', () => {
    const declared = CODE_TABLES.flatMap((codes) => Object.entries(codes)).filter(
      ([, { exit }]) => exit !== undefined,
    );
    const classes = new Map(declared.map(([code, { exit }]) => [code, exit]));
    expect([...classes].sort()).toEqual([
      ['ANSWER_DISPROVED', 'disproved'],
      ['ATTESTS_OTHERWISE', 'named'],
      ['BAD_ORDER', 'usage'],
      ['BAD_TRACE_ID', 'usage'],
      ['CONFIG', 'usage'],
      ['INTERRUPTED', 'interrupted'],
      ['INVALID_EVENT', 'refused'],
      ['NO_ENDORSEMENT', 'named'],
      ['NO_FILE', 'usage'],
      ['OTHERS_REFUSED', 'named'],
      ['TOPOLOGY', 'usage'],
      ['USAGE', 'usage'],
    ]);
    for (const [code, exit] of classes) expect(exitClassOf(code)).toBe(exit);
  });

  it.each(['BAD_PROOF', 'STALE', 'SOME_CODE_OF_ANOTHER_VERSION', 'constructor'])(
    'is that of a failure for any other code: %s',
    (code) => {
      expect(exitClassOf(code)).toBe('failed');
    },
  );
});
