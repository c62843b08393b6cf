import type { Topology } from '../topology.js';
import type { EndorsementRules } from './channel/genesis-policies.js';
import type { Deployment } from './deploy.js';

/** Where the nodes listen. Ports of 0, and ports left out, are those of the last start, or else any free ones. */
export interface ListenOptions {
  /** Address to bind, and to tell clients; by default 127.0.0.1. */
  readonly host?: string;
  /** Port of each organisation's peer, by the organisation's name. */
  readonly peers?: Readonly<Record<string, number>>;
  readonly orderer?: number;
}

/** How to start the embedded network. */
export interface DevnetOptions {
  readonly topology: Topology;
  /** Folder of everything that is kept: certificates, ledgers, chaincode addresses, `devnet.json`. */
  readonly dir: string;
  readonly listen?: ListenOptions;
  /** Policies of new channels; they are in the genesis blocks of the first start. */
  readonly rules?: EndorsementRules;
  /** Chaincodes to deploy before the network counts as ready. */
  readonly deployments?: readonly Deployment[];
  /**
   * What fills the templates in `connection.json` of installed packages, as `{{.ccaddr}}`, for the peer of each
   * organisation by its short name: `CHAINCODE_AS_A_SERVICE_BUILDER_CONFIG` of a real peer.
   */
  readonly chaincodeConfig?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Milliseconds that a transaction may run: Fabric's default of 30 s if left out. */
  readonly executeTimeout?: number;
  /** Milliseconds that an invocation waits for a chaincode that is not connected; 3 s if left out. */
  readonly startupTimeout?: number;
  /** Told of what nobody waits for: a block that cannot be committed halts its channel. Throws it if left out. */
  readonly onError?: (error: unknown) => void;
}
