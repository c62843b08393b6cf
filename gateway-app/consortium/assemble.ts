import type { Consortium, ConsortiumNode, ConsortiumOrganisation } from './consortium.js';

/** A node or client as it goes into a consortium file; its role and organisation follow from where it is named. */
export type NodePart = Pick<ConsortiumNode, 'name' | 'address' | 'certificate' | 'signer'>;

/** An organisation with its nodes and clients. */
export interface OrganisationPart extends ConsortiumOrganisation {
  readonly master: NodePart;
  readonly businessNodes: readonly (NodePart & { readonly domain: string })[];
  readonly clients: readonly NodePart[];
}

/** The consortium that organisations make, their nodes one organisation after the other. */
export function assembleConsortium(
  shared: Omit<Consortium, 'version' | 'organisations' | 'nodes'>,
  organisations: readonly OrganisationPart[],
): Consortium {
  const { channels, checkingHeight, checking, domains } = shared;
  return {
    version: 3,
    channels,
    checkingHeight,
    checking,
    domains,
    organisations: organisations.map(({ name, mspId, peer, tlsRoots }) => ({ name, mspId, peer, tlsRoots })),
    nodes: organisations.flatMap(nodesOf),
  };
}

function nodesOf({ mspId, master, businessNodes, clients }: OrganisationPart): ConsortiumNode[] {
  const node = (
    { name, address, certificate, signer }: NodePart,
    role: ConsortiumNode['role'],
    domain: string | null = null,
  ): ConsortiumNode => ({ name, role, mspId, domain, address, certificate, signer });
  return [
    node(master, 'master'),
    ...businessNodes.map((business) => node(business, 'business', business.domain)),
    ...clients.map((client) => node(client, 'client')),
  ];
}
