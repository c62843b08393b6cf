import { foundersOf, servicePackage, type ChaincodePackage, type Topology } from '@cotrace/network';
import type { ContractEndorsers } from '../client/contract-endorsers.js';
import { CHAINCODE_LABEL, CHECKING_LABEL } from './services.js';

/** The chaincode packages of a network. */
export interface Packages {
  /** Of the trace contract, which is every domain's. */
  readonly trace: ChaincodePackage;
  /** Of the checking contract, which the masters serve. */
  readonly checking: ChaincodePackage;
}

/** A chaincode as it is approved: on which channel, under which name, by which package, and who must endorse. */
export interface ChaincodeDuty {
  readonly channel: string;
  readonly name: string;
  readonly chaincode: ChaincodePackage;
  /** How many of which organisations' peers; null: as the channel's policy says. */
  readonly outOf: ContractEndorsers | null;
}

/** Field of `connection.json` for the address of a master's checking contract. */
const CHECKING_FIELD = '{{.checking}}';

/** The packages of a network; the same at every organisation, each of whose peers fills in its own addresses. */
export async function makePackages(): Promise<Packages> {
  const [trace, checking] = await Promise.all([
    servicePackage(CHAINCODE_LABEL),
    servicePackage(CHECKING_LABEL, CHECKING_FIELD),
  ]);
  return { trace, checking };
}

/** Who endorses the checking contract as long as the founders are the members. */
export function foundingEndorsers(topology: Topology): ContractEndorsers {
  return { n: topology.quorum, mspIds: foundersOf(topology).map(({ mspId }) => mspId) };
}

/**
 * All that is approved. The checking contract is `checking` on the channel of the checking chain and `anchor` on main, each
 * with a policy that is written out: the channel's own is satisfied by more than half, which may be fewer than the quorum.
 */
export function chaincodesOf(
  { domains, channels }: Topology,
  { trace, checking }: Packages,
  { n, mspIds }: ContractEndorsers,
): ChaincodeDuty[] {
  const outOf = { n, mspIds: [...mspIds].sort() };
  return [
    ...domains.map((name) => ({ channel: channels.main, name, chaincode: trace, outOf: null })),
    { channel: channels.checking, name: 'checking', chaincode: checking, outOf },
    { channel: channels.main, name: 'anchor', chaincode: checking, outOf },
  ];
}
