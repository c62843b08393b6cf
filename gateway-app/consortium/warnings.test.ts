import { describe, expect, it } from '@jest/globals';
import { defaultQuorum } from '@cotrace/core';
import { warningsOf } from './warnings.js';

/** The warnings of a channel whose members are `members`, those with a small letter without an anchor peer. */
function warn(members: string, masters: string): string[] {
  const named = (letters: string) => Array.from(letters).map((letter) => ({ mspId: letter.toUpperCase() }));
  return warningsOf(
    { main: { name: 'trade' }, organisations: named(masters) } as unknown as Parameters<typeof warningsOf>[0],
    {
      applicationOrgs: Array.from(members).map((letter) => ({
        msp: { mspId: letter.toUpperCase() },
        anchorPeers: letter === letter.toUpperCase() ? [{ host: 'peer', port: 7051 }] : [],
      })),
    } as unknown as Parameters<typeof warningsOf>[1],
    defaultQuorum(members.length),
  );
}

describe('the warnings of a consortium', () => {
  it('are none where one master of three may be away', () => {
    expect(warn('ABC', 'ABC')).toEqual([]);
  });

  it('say that no master may be away', () => {
    expect(warn('AB', 'AB')).toEqual([expect.stringContaining('all 2 masters must run')]);
  });

  it('name the members that run no master, which raise the quorum all the same', () => {
    expect(warn('ABCD', 'ABC')).toEqual([
      expect.stringContaining('no spare'),
      expect.stringMatching(/^D is a member .* so 3 of the 3 masters must agree$/),
    ]);
    expect(warn('ABCDE', 'ABCD')).toEqual([expect.stringMatching(/^E is .* so 3 of the 4 masters/)]);
  });

  it('name the organisations without an anchor peer', () => {
    expect(warn('AbC', 'ABC')).toEqual([expect.stringMatching(/^B has no anchor peer on channel trade/)]);
  });
});
