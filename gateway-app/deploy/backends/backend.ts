import type { ChannelConfigurations, CryptoLayout, NetworkInfo, Topology } from '@cotrace/network';
import type { Consortium } from '../../consortium/consortium.js';
import type { Packages } from '../chaincodes.js';
import type { FabricServices } from '../services.js';
import type { Starter } from '../local/starter.js';
import type { Progress } from '../progress.js';
import type { Workspace } from '../../workspace/workspace.js';

/** `devnet`: the embedded network; `fabric`: Fabric's own peers and orderers. */
export const BACKENDS = ['devnet', 'fabric'] as const;
export type BackendName = (typeof BACKENDS)[number];

/** A network that is being brought up. */
export interface NetworkRun {
  readonly workspace: Workspace;
  /** With the organisations that have left: certificates and genesis blocks are theirs, too. */
  readonly whole: Topology;
  /** Who and what runs. */
  readonly topology: Topology;
  readonly starter: Starter;
  /** By the names of `listeningServices`. */
  readonly ports: Readonly<Record<string, number>>;
  readonly packages: Packages;
  readonly progress: Progress;
}

/** A Fabric network that runs, each member's peer in the channels. */
export interface RunningFabric {
  readonly info: NetworkInfo;
  readonly configurations: ChannelConfigurations;
}

/** The Fabric network under everything else. */
export interface Backend extends FabricServices {
  readonly name: BackendName;
  /** Throws `TOPOLOGY` or `FABRIC_BIN` where it cannot run such a network. */
  require(topology: Topology): void;
  /** Starts what does not run, and waits until it answers. Throws `NOT_READY` and what its parts throw. */
  start(run: NetworkRun): Promise<RunningFabric>;
  /** Makes every chaincode callable for all members, where it is not, and has it endorsed as the configurations say. */
  deploy(run: NetworkRun, fabric: DeployedFabric): Promise<void>;
}

/** A Fabric network on which chaincodes are deployed. */
export interface DeployedFabric extends Pick<RunningFabric, 'configurations'> {
  readonly layout: CryptoLayout;
  readonly consortium: Consortium;
}

/** Version and sequence of the first chaincode definitions. */
export const DEFINITION = { version: '1', sequence: 1 };
