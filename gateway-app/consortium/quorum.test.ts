import { describe, expect, it } from '@jest/globals';
import { majorityOf, type ConsortiumOrganisation } from './consortium.js';

const organisations = (count: number): ConsortiumOrganisation[] =>
  Array.from({ length: count }, (_, i) => ({
    name: `org${i + 1}`,
    mspId: `Org${i + 1}MSP`,
    peer: { address: 'localhost:1', serverName: null },
    tlsRoots: '',
  }));

describe('the majority of a consortium', () => {
  it('is more than half of the organisations, and at least two', () => {
    const majorities = [2, 3, 4, 5, 6, 7].map((n) => majorityOf({ organisations: organisations(n) }));
    expect(majorities).toEqual([2, 2, 3, 3, 4, 4]);
  });
});
