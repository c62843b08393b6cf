import type { Consortium } from './consortium.js';

/** Something that must be there once, and is there twice. */
export interface Twice {
  readonly member: 'domains' | 'organisations' | 'nodes';
  /** Such as `the address`. */
  readonly what: string;
  readonly value: string;
}

/**
 * What of a consortium is there twice; null where nothing is. A certificate says who calls, a name and an address whom
 * to call, and each organisation has one master and one node of a domain.
 */
export function twiceIn({
  domains,
  organisations,
  nodes,
}: Pick<Consortium, 'domains' | 'organisations' | 'nodes'>): Twice | null {
  const peers = organisations.map(({ peer: { address, serverName } }) =>
    serverName === null ? address : `${address} (${serverName})`,
  );
  const duties = nodes
    .filter(({ role }) => role !== 'client')
    .map(({ mspId, role, domain }) => (domain === null ? `${role} of ${mspId}` : `${mspId} in ${domain}`));
  const lists: readonly (readonly [Twice['member'], string, readonly string[]])[] = [
    ['nodes', 'the name', nodes.map(({ name }) => name)],
    ['nodes', 'the address', nodes.flatMap(({ address }) => address ?? [])],
    ['nodes', 'the TLS certificate', nodes.map(({ certificate }) => certificate)],
    ['nodes', 'the node', duties],
    ['organisations', 'the organisation', organisations.map(({ name }) => name)],
    ['organisations', 'the MSP id', organisations.map(({ mspId }) => mspId)],
    ['organisations', 'the peer', peers],
    ['domains', 'the domain', domains],
  ];
  for (const [member, what, values] of lists) {
    const seen = new Set<string>();
    for (const value of values) {
      if (!seen.has(value)) seen.add(value);
      else {
        const named = nodes.filter(({ certificate }) => certificate === value).map(({ name }) => name);
        return { member, what, value: named.length > 0 ? `of ${named.join(' and ')}` : value };
      }
    }
  }
  return null;
}
