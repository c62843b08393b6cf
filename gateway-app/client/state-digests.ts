import { toHex } from '@cotrace/core';
import { Business } from '../gen/cotrace/cotrace_pb.js';
import type { Connections } from './connections.js';

/**
 * The domains in which the organisations' nodes do not all hold the same state at the same height. A node says that to its own
 * organisation alone: `open` gives a session as the organisation of that short name, which is closed here. Throws what the
 * nodes answer, and `UNREACHABLE`.
 */
export async function differingDomains(
  { context: { consortium } }: Pick<Connections, 'context'>,
  open: (organisation: string) => Connections,
): Promise<string[]> {
  const digests = new Map<string, Set<string>>();
  for (const { name, mspId } of consortium.organisations) {
    const own = open(name);
    try {
      for (const node of consortium.nodes) {
        const { role, domain, address } = node;
        if (role !== 'business' || node.mspId !== mspId || domain === null || address === null) continue;
        const { height, digest } = await own.node({ ...node, address }).call(Business.method.digest, {});
        digests.set(domain, (digests.get(domain) ?? new Set()).add(`${height} ${toHex(digest)}`));
      }
    } finally {
      own.close();
    }
  }
  return [...digests].filter(([, seen]) => seen.size > 1).map(([domain]) => domain);
}
