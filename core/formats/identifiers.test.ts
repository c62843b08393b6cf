import { describe, expect, it } from '@jest/globals';
import { toHex } from '../bytes/bytes.js';
import { defaultQuorum, membershipHash, quorumAmong } from './membership.js';
import { networkId } from './network-id.js';
import { exampleMembers, exampleNetwork, hashOf } from './testing/examples.js';

function refused(act: () => unknown, code: string): void {
  expect(act).toThrow(expect.objectContaining({ code }));
}

describe('the network id', () => {
  it('keeps its bytes', () => {
    expect(toHex(networkId(exampleNetwork))).toMatchInlineSnapshot(
      `"3a4c6c4c442f29d7bb79c0b0b0469f12ef12d836e01c195225a972ea470a9dfc"`,
    );
  });

  it('depends on every field, and on which channel is which', () => {
    const { mainName, checkingName } = exampleNetwork;
    const ids = [
      {},
      { mainName: 'main2' },
      { mainGenesisHeaderHash: hashOf('x') },
      { checkingName: 'checking2' },
      { checkingGenesisHeaderHash: hashOf('x') },
      { c: 1023 },
      { mainName: checkingName, checkingName: mainName },
    ].map((change) => toHex(networkId({ ...exampleNetwork, ...change })));
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('refuses names, hashes and heights out of range', () => {
    for (const c of [0, 1, 2.5, 2 ** 32, Number.NaN]) {
      refused(() => networkId({ ...exampleNetwork, c }), 'BAD_CHECKING_HEIGHT');
    }
    refused(() => networkId({ ...exampleNetwork, mainName: '' }), 'BAD_NAME');
    refused(() => networkId({ ...exampleNetwork, checkingName: 'a'.repeat(250) }), 'BAD_NAME');
    refused(
      () => networkId({ ...exampleNetwork, mainGenesisHeaderHash: new Uint8Array() }),
      'BAD_HASH_LENGTH',
    );
  });
});

describe('the membership hash', () => {
  it('keeps its bytes', () => {
    expect(toHex(membershipHash({ q: 2, members: exampleMembers }))).toMatchInlineSnapshot(
      `"6015c13c0268561670ca206e01fd0f3920d4db6defd5a2096a03811294d0d6fa"`,
    );
  });

  it('depends on the members and the quorum, not on the order of the members', () => {
    const hash = toHex(membershipHash({ q: 2, members: exampleMembers }));
    expect(toHex(membershipHash({ q: 2, members: exampleMembers.toReversed() }))).toBe(hash);
    const [first, ...others] = exampleMembers;
    const changed = [
      membershipHash({ q: 3, members: exampleMembers }),
      membershipHash({ q: 2, members: others }),
      membershipHash({ q: 2, members: [{ mspId: first?.mspId ?? '', configHash: hashOf('x') }, ...others] }),
      membershipHash({ q: 2, members: [{ mspId: 'Org4MSP', configHash: hashOf('org1') }, ...others] }),
    ].map(toHex);
    expect(new Set([hash, ...changed]).size).toBe(5);
  });

  it('refuses a quorum below the default or above the members, and an organisation twice', () => {
    for (const q of [1, 4, 2.5]) refused(() => membershipHash({ q, members: exampleMembers }), 'BAD_QUORUM');
    const [first] = exampleMembers;
    const twice = [...exampleMembers, ...(first === undefined ? [] : [first])];
    refused(() => membershipHash({ q: 3, members: twice }), 'DUPLICATE_ORGANISATION');
  });
});

describe('the quorum', () => {
  it.each([
    [2, null, 2],
    [3, null, 2],
    [4, null, 3],
    [7, null, 4],
    [4, 4, 4],
    // Set when the consortium was smaller.
    [5, 2, 3],
    // Set when it was larger.
    [3, 5, 3],
  ])('of %d organisations, where %p is set, is %d', (count, quorum, expected) => {
    expect(quorumAmong(count, quorum)).toBe(expected);
  });

  it('of one organisation alone does not exist', () => {
    refused(() => quorumAmong(1, null), 'TOO_FEW_ORGANISATIONS');
    refused(() => quorumAmong(1, 1), 'TOO_FEW_ORGANISATIONS');
  });
});

describe('the default quorum', () => {
  it('is a majority and never one alone', () => {
    expect([2, 3, 4, 5, 6, 7].map(defaultQuorum)).toEqual([2, 2, 3, 3, 4, 4]);
    for (const n of [1, 0, -1, 2.5]) refused(() => defaultQuorum(n), 'TOO_FEW_ORGANISATIONS');
  });
});
