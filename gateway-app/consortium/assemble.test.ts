import { describe, expect, it } from '@jest/globals';
import { assembleConsortium, type OrganisationPart } from './assemble.js';

const channel = (name: string) => ({ name, genesisHeaderHash: '0'.repeat(64) });
const SHARED = {
  channels: { main: channel('main'), checking: channel('checking') },
  checkingHeight: 8,
  checking: { t1: 10, t2: 30 },
  domains: ['goods'],
};

function part(name: string): OrganisationPart {
  const node = (own: string, address: string | null) => ({
    name: own,
    address,
    certificate: own,
    signer: address === null ? null : `signer of ${own}`,
  });
  return {
    name,
    mspId: name.toUpperCase(),
    peer: { address: `${name}:1`, serverName: null },
    tlsRoots: `roots of ${name}`,
    master: node(`${name}.master`, `${name}:2`),
    businessNodes: [{ ...node(`${name}.goods`, `${name}:3`), domain: 'goods' }],
    clients: [node(`${name}.erp`, null)],
  };
}

describe('a consortium that organisations make', () => {
  it('has their nodes and clients with their roles, one organisation after the other', () => {
    const { nodes, ...rest } = assembleConsortium(SHARED, [part('a'), part('b')]);
    expect(
      nodes.map(({ name, role, mspId, domain, address, signer }) => [
        name,
        role,
        mspId,
        domain,
        address,
        signer,
      ]),
    ).toEqual([
      ['a.master', 'master', 'A', null, 'a:2', 'signer of a.master'],
      ['a.goods', 'business', 'A', 'goods', 'a:3', 'signer of a.goods'],
      ['a.erp', 'client', 'A', null, null, null],
      ['b.master', 'master', 'B', null, 'b:2', 'signer of b.master'],
      ['b.goods', 'business', 'B', 'goods', 'b:3', 'signer of b.goods'],
      ['b.erp', 'client', 'B', null, null, null],
    ]);
    expect(rest).toEqual({
      version: 3,
      ...SHARED,
      organisations: ['a', 'b'].map((name) => ({
        name,
        mspId: name.toUpperCase(),
        peer: { address: `${name}:1`, serverName: null },
        tlsRoots: `roots of ${name}`,
      })),
    });
  });
});
