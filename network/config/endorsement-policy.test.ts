import { applicationPolicy } from '@cotrace/fabric-model';
import { describe, expect, it } from '@jest/globals';
import { outOfPeersPolicy } from './endorsement-policy.js';

describe('a policy of so many organisations’ peers', () => {
  it('is read as one that asks for peers, in the order given', () => {
    const policy = applicationPolicy(outOfPeersPolicy(2, ['BMSP', 'AMSP', 'CMSP']), {
      path: '/Channel',
      policies: new Map(),
      groups: new Map(),
    } as never);
    expect(policy).toEqual({
      kind: 'signature',
      rule: {
        kind: 'out-of',
        n: 2,
        rules: ['BMSP', 'AMSP', 'CMSP'].map((mspId) => ({
          kind: 'signed-by',
          principal: { kind: 'role', mspId, role: 'peer' },
        })),
      },
    });
  });
});
