import { describe, expect, it } from '@jest/globals';
import { codeOf } from '../testing/codes.js';
import { fakeConnections, fakeConsortium, type BusinessAnswers } from '../testing/fake-network.js';
import { differingDomains } from './state-digests.js';

const node = (height: bigint, byte: number): BusinessAnswers => ({
  digest: () => Promise.resolve({ height, digest: Uint8Array.of(byte) }),
});

const fake = fakeConsortium(3);
/** Of three organisations; a node of the first has no address. */
const consortium = {
  ...fake,
  nodes: fake.nodes.flatMap((node) =>
    node.name === 'org1.goods' ? [{ ...node, name: 'org1.planned', address: null }, node] : [node],
  ),
};

/**
 * Compares the nodes of the domain `goods`, which answer to their own organisation alone. `asked` are those whose session was
 * opened, `open` those whose session still is.
 */
function compare(...nodes: readonly BusinessAnswers[]) {
  const asked: string[] = [];
  const open = new Set<string>();
  const differing = differingDomains(fakeConnections({ consortium }), (organisation) => {
    asked.push(organisation);
    open.add(organisation);
    const answers = nodes[asked.length - 1] ?? {};
    const session = fakeConnections({ nodes: { [`${organisation}.goods`]: answers } });
    return Object.assign(session, { close: () => open.delete(organisation) });
  });
  return { asked, open, differing };
}

describe('the states of a domain', () => {
  it('are equal where all its nodes hold the same at the same height, each asked by its own organisation', async () => {
    const { asked, open, differing } = compare(node(9n, 1), node(9n, 1), node(9n, 1));
    expect([await differing, asked, open.size]).toEqual([[], ['org1', 'org2', 'org3'], 0]);
  });

  it.each([
    ['in content', node(9n, 2)],
    ['in height', node(8n, 1)],
  ])('differ where one node does, %s', async (_title, other) => {
    expect(await compare(node(9n, 1), other, node(9n, 1)).differing).toEqual(['goods']);
  });

  it('are not known where a node does not answer', async () => {
    const { open, differing } = compare(node(9n, 1), {});
    expect([await codeOf(() => differing), open.size]).toEqual(['UNREACHABLE', 0]);
  });
});
