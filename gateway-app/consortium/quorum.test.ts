import { describe, expect, it } from '@jest/globals';
import { quorumOf, type ConsortiumOrganisation } from './consortium.js';

const organisations = (count: number): ConsortiumOrganisation[] =>
  Array.from({ length: count }, (_, i) => ({
    name: `org${i + 1}`,
    mspId: `Org${i + 1}MSP`,
    peer: { address: 'localhost:1', serverName: null },
    tlsRoots: '',
  }));

describe('the quorum of a consortium', () => {
  it('is more than half of the organisations, and at least two', () => {
    const quorums = [2, 3, 4, 5, 6, 7].map((n) =>
      quorumOf({ organisations: organisations(n), quorum: null }),
    );
    expect(quorums).toEqual([2, 2, 3, 3, 4, 4]);
  });

  it('is what the consortium file sets where that is more, and never less', () => {
    const set = (quorum: number) => quorumOf({ organisations: organisations(5), quorum });
    expect([2, 3, 4, 5].map(set)).toEqual([3, 3, 4, 5]);
  });
});
