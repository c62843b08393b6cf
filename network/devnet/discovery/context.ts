import type { SignedData, peer } from '@cotrace/fabric-model';
import type { SigningIdentity } from '../../identity/signer.js';
import type { Channel } from '../channel/channel.js';

/** A peer as discovery tells clients of it. */
export interface DiscoveredPeer {
  readonly mspId: string;
  /** It signs what is said of it. */
  readonly identity: SigningIdentity;
  /** `host:port` */
  readonly address: string;
}

/** What the discovery service of one peer works with. */
export interface DiscoveryContext {
  /** All peers of the network. */
  readonly peers: readonly DiscoveredPeer[];
  readonly channel: (channelId: string) => Channel | null;
  /** Whether the peer of an organisation is in a channel of which the organisation is a member. */
  readonly belongs: (mspId: string, channelId: string) => boolean;
  /** Whether the peer of an organisation can run a chaincode of a channel. */
  readonly hasChaincode: (mspId: string, channelId: string, name: string) => boolean;
  /** As in `GatewayContext`. */
  readonly layouts: (channelId: string, calls: readonly peer.ChaincodeCall[]) => string[][];
  /** `host:port` at which the ordering node listens. */
  readonly ordererAddress: string;
  /** Throws unless the signer is an administrator of the peer's own organisation. */
  readonly checkLocalAdministrator: (signed: SignedData) => void;
}
