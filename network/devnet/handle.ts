import { join } from 'node:path';
import { CotraceError } from '@cotrace/core';
import type { CryptoLayout } from '../identity/layout.js';
import { loadIdentity } from '../identity/signer.js';
import type { Topology } from '../topology.js';
import { closeChannels, type OpenChannel } from './channel/open-channels.js';
import { deployAll, type Deployment, type DeploymentJob, type Participant } from './deploy.js';
import type { Ledger } from './ledger/types.js';
import type { NetworkInfo } from './network-info.js';
import type { OrganisationPeer } from './peer/make-peers.js';
import type { BoundServer } from './rpc/server.js';

/** What a running network is made of. */
export interface DevnetParts {
  readonly topology: Topology;
  readonly layout: CryptoLayout;
  readonly info: NetworkInfo;
  readonly channels: ReadonlyMap<string, OpenChannel>;
  readonly peers: readonly OrganisationPeer[];
  readonly servers: readonly BoundServer[];
}

/** A running embedded network; made by `start`. */
export class DevnetHandle {
  readonly #parts: DevnetParts;
  #stopped: Promise<void> | null = null;

  constructor(parts: DevnetParts) {
    this.#parts = parts;
  }

  get topology(): Topology {
    return this.#parts.topology;
  }

  /** Where the certificates stand. */
  get layout(): CryptoLayout {
    return this.#parts.layout;
  }

  /** Addresses, certificates and channels, as JSON; the same is in `devnet.json` of the state folder. */
  get networkInfo(): NetworkInfo {
    return this.#parts.info;
  }

  /** The chain of a channel, to read. Throws `UNKNOWN_CHANNEL`. */
  ledger(channelId: string): Ledger {
    return this.#channel(channelId).ledger;
  }

  /**
   * Defines a chaincode on a channel, approved by every member, and tells the peers where its servers are; the
   * addresses are kept. May be repeated: a definition that is committed stays, new addresses take the place of the old
   * ones. The servers need not run yet. Throws `UNKNOWN_CHANNEL`, `UNKNOWN_ORGANISATION`, `DEFINITION_CONFLICT`,
   * `DEPLOY_FAILED`.
   */
  deploy(deployment: Deployment): Promise<void> {
    return this.deployAll([deployment]);
  }

  /** Deploys several chaincodes side by side, as `deploy` does one. */
  async deployAll(deployments: readonly Deployment[]): Promise<void> {
    const jobs = deployments.map((deployment): DeploymentJob & { addresses: Record<string, string> } => {
      const addresses = this.#addressesByMspId(deployment);
      const channel = this.#channel(deployment.channel);
      return { channel, deployment, addresses, runningIn: new Set(Object.keys(addresses)) };
    });
    await deployAll(jobs, (channelId) => this.#participants(channelId));
    for (const { deployment, addresses } of jobs) {
      for (const { peer } of this.#parts.peers) {
        const address = addresses[peer.mspId];
        if (address === undefined) continue;
        peer.installed.setAddress(deployment.packageId, address);
        peer.host.connect({ packageId: deployment.packageId, address });
      }
    }
  }

  /** Waits until every peer that runs the chaincode has a stream to it. Throws `CHAINCODE_UNREACHABLE`. */
  async chaincodeReady(channelId: string, name: string): Promise<void> {
    const ready = this.#parts.peers.map(async ({ peer }) => {
      const endpoint = peer.endpoint(channelId, name);
      if (endpoint !== null) await peer.host.ready(endpoint);
    });
    await Promise.all(ready);
  }

  /** Dials the servers of all chaincodes that the peers have from earlier. */
  connectChaincodes(): void {
    for (const { peer } of this.#parts.peers) {
      for (const endpoint of peer.installed.endpoints()) peer.host.connect(endpoint);
    }
  }

  /** Commits what the orderer has accepted, and closes everything. May be called again. */
  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  async #stop(): Promise<void> {
    for (const { server } of this.#parts.servers) server.forceShutdown();
    await Promise.all(this.#parts.peers.map(({ peer }) => peer.close()));
    await closeChannels(this.#parts.channels.values());
  }

  #channel(channelId: string): OpenChannel {
    const channel = this.#parts.channels.get(channelId);
    if (channel !== undefined) return channel;
    const channels = [...this.#parts.channels.keys()];
    throw new CotraceError('UNKNOWN_CHANNEL', `there is no channel ${channelId}`, { channelId, channels });
  }

  #addressesByMspId({ addresses }: Deployment): Record<string, string> {
    const { organisations } = this.#parts.topology;
    const entries = Object.entries(addresses).map(([name, address]) => {
      const organisation = organisations.find((candidate) => candidate.name === name);
      if (organisation !== undefined) return [organisation.mspId, address] as const;
      throw new CotraceError('UNKNOWN_ORGANISATION', `there is no organisation ${name}`, {
        name,
        organisations: organisations.map((candidate) => candidate.name),
      });
    });
    return Object.fromEntries(entries);
  }

  /** Whoever may take part in a channel. */
  #participants(channelId: string): Participant[] {
    const mspIds = this.#channel(channelId)
      .ledger.config.members()
      .map(({ mspId }) => mspId);
    const members = this.#parts.peers.filter(
      ({ peer }) => peer.belongsTo(channelId) && mspIds.includes(peer.mspId),
    );
    return members.map(({ organisation, peer }) => ({
      mspId: peer.mspId,
      admin: loadIdentity(join(this.#parts.layout.user(organisation, 'Admin'), 'msp'), peer.mspId),
      endorser: peer.asLocalEndorser(),
    }));
  }
}
