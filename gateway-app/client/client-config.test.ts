import { describe, expect, it } from '@jest/globals';
import { fakeConnections, fakeConsortium } from '../testing/fake-network.js';
import { mastersOf } from './client-config.js';

describe('the masters of a client', () => {
  const consortium = fakeConsortium(3);

  it('are its own organisation’s first, then by name', () => {
    const nodes = [...consortium.nodes].reverse();
    const [, second] = consortium.organisations;
    if (second === undefined) throw new RangeError('there is a second organisation');
    const { context } = fakeConnections({ consortium: { ...consortium, nodes } });
    const names = mastersOf({ ...context, organisation: second }).map(({ name }) => name);
    expect(names).toEqual(['org2.master', 'org1.master', 'org3.master']);
  });

  it('are those with an address', () => {
    const nodes = consortium.nodes.map((node) =>
      node.name === 'org2.master' ? { ...node, address: null } : node,
    );
    const { context } = fakeConnections({ consortium: { ...consortium, nodes } });
    expect(mastersOf(context).map(({ name }) => name)).toEqual(['org1.master', 'org3.master']);
  });

  it('are missed where there is none', () => {
    const nodes = consortium.nodes.filter(({ role }) => role !== 'master');
    const { context } = fakeConnections({ consortium: { ...consortium, nodes } });
    expect(() => mastersOf(context)).toThrow(expect.objectContaining({ code: 'CONFIG' }));
  });
});
