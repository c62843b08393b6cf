import { networkId, toHex, type StoreIdentity } from '@cotrace/core';
import type { Consortium, ConsortiumNode } from './consortium.js';
import { networkIdentity } from './network-terms.js';

/** Whose the store of a master or business node is. */
export function storeOwner(
  { name, role, mspId, domain }: Pick<ConsortiumNode, 'name' | 'role' | 'mspId' | 'domain'>,
  consortium: Consortium,
): StoreIdentity {
  return {
    kind: role === 'master' ? 'master' : 'business',
    network: toHex(networkId(networkIdentity(consortium))),
    node: name,
    organisation: mspId,
    holds: domain ?? consortium.channels.main.name,
  };
}
