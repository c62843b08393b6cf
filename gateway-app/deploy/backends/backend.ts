import type { CryptoLayout, NetworkInfo, Topology } from '@cotrace/network';
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
  readonly topology: Topology;
  readonly starter: Starter;
  /** By the names of `listeningServices`. */
  readonly ports: Readonly<Record<string, number>>;
  readonly packages: Packages;
  readonly progress: Progress;
}

/** The Fabric network under everything else. */
export interface Backend extends FabricServices {
  readonly name: BackendName;
  /** Throws `TOPOLOGY` or `FABRIC_BIN` where it cannot run such a network. */
  require(topology: Topology): void;
  /** Starts what does not run, and waits until it answers. Throws `NOT_READY` and what its parts throw. */
  start(run: NetworkRun): Promise<NetworkInfo>;
  /** Makes every chaincode callable, where it is not. */
  deploy(run: NetworkRun, layout: CryptoLayout, consortium: Consortium): Promise<void>;
}

/** Version and sequence of the chaincode definitions. */
export const DEFINITION = { version: '1', sequence: 1 };
