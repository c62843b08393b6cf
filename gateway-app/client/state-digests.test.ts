import { describe, expect, it } from '@jest/globals';
import { codeOf } from '../testing/codes.js';
import { fakeConnections, type BusinessAnswers } from '../testing/fake-network.js';
import { differingDomains } from './state-digests.js';

const node = (height: bigint, byte: number): BusinessAnswers => ({
  digest: () => Promise.resolve({ height, digest: Uint8Array.of(byte) }),
});

/** Compares the nodes of the domain `goods` of three organisations; `asked` are those whose session was opened. */
function compare(...nodes: readonly BusinessAnswers[]) {
  const byName = Object.fromEntries(nodes.map((answers, i) => [`org${i + 1}.goods`, answers]));
  const asked: string[] = [];
  const differing = differingDomains(fakeConnections({}), (organisation) => {
    asked.push(organisation);
    return fakeConnections({ nodes: byName });
  });
  return { asked, differing };
}

describe('the states of a domain', () => {
  it('are equal where all its nodes hold the same at the same height, each asked by its own organisation', async () => {
    const { asked, differing } = compare(node(9n, 1), node(9n, 1), node(9n, 1));
    expect([await differing, asked]).toEqual([[], ['org1', 'org2', 'org3']]);
  });

  it.each([
    ['in content', node(9n, 2)],
    ['in height', node(8n, 1)],
  ])('differ where one node does, %s', async (_title, other) => {
    expect(await compare(node(9n, 1), other, node(9n, 1)).differing).toEqual(['goods']);
  });

  it('are not known where a node does not answer', async () => {
    expect(await codeOf(() => compare(node(9n, 1), {}).differing)).toBe('UNREACHABLE');
  });
});
