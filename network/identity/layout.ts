import { join } from 'node:path';
import type { NodeRole } from '@cotrace/fabric-model';
import { ordererNodes, type Organisation, type Topology } from '../topology.js';

/** A name that no domain may have. */
const SUBMITTER = 'checking';

/** An identity of an organisation, with its folder below the organisation's. */
export interface NodeSpec {
  /** Common name of both certificates and name of the folder, e.g. `peer0.org1.example.com`. */
  readonly name: string;
  /** Its role in the MSP: the organizational unit of its certificate (Fabric's NodeOUs). */
  readonly role: NodeRole;
  readonly collection: 'peers' | 'orderers' | 'users';
  /** DNS name in the TLS certificate, besides `localhost` and the loop-back addresses. */
  readonly host: string;
}

/** An organisation's folder and what belongs into it. */
export interface OrganisationSpec {
  readonly mspId: string;
  /** DNS name; the name of the folder. */
  readonly domain: string;
  readonly dir: string;
  readonly nodes: readonly NodeSpec[];
}

/**
 * Where certificates and keys stand, in the folder layout of Fabric's `cryptogen`
 * (cmd/cryptogen/main.go, internal/cryptogen/msp/msp.go): below an organisation `ca`, `tlsca`, `msp`
 * and per node `msp` and `tls`. Masters stand among the peers, business nodes and clients among the users.
 */
export class CryptoLayout {
  /** The folder that holds `peerOrganizations` and `ordererOrganizations`. */
  readonly dir: string;
  readonly #topology: Topology;

  constructor(dir: string, topology: Topology) {
    this.dir = dir;
    this.#topology = topology;
  }

  /** Every organisation of the topology, the ordering one last, with all its identities. */
  organisations(): OrganisationSpec[] {
    const { orderer } = this.#topology;
    return [
      ...this.#topology.organisations.map((organisation) => ({
        mspId: organisation.mspId,
        domain: organisation.domain,
        dir: this.organisation(organisation),
        nodes: peerNodes(organisation, this.#topology.domains),
      })),
      {
        mspId: orderer.mspId,
        domain: orderer.domain,
        dir: this.ordererOrganisation(),
        nodes: [
          ...ordererNodes(this.#topology).map(({ name, host }) =>
            node('orderers', name, 'orderer', orderer.domain, host),
          ),
          node('users', 'Admin', 'admin', orderer.domain),
        ],
      },
    ];
  }

  organisation({ domain }: Pick<Organisation, 'domain'>): string {
    return join(this.dir, 'peerOrganizations', domain);
  }

  ordererOrganisation(): string {
    return join(this.dir, 'ordererOrganizations', this.#topology.orderer.domain);
  }

  /** Folder of the organisation's peer, with `msp` and `tls`. */
  peer(organisation: Organisation): string {
    return join(this.organisation(organisation), 'peers', peerHost(organisation));
  }

  /** Folder of the organisation's master sidecar (OU `peer`, a key of its own). */
  master(organisation: Organisation): string {
    return join(this.organisation(organisation), 'peers', `master.${organisation.domain}`);
  }

  /** Folder of the organisation's business node for a domain (OU `client`). */
  business(organisation: Organisation, domain: string): string {
    return this.user(organisation, domain);
  }

  /** Folder of the identity with which the organisation's master submits transactions for cycles (OU `client`). */
  submitter(organisation: Organisation): string {
    return this.user(organisation, SUBMITTER);
  }

  /** Folder of a user: `Admin` (OU `admin`) or `User1` (OU `client`). */
  user(organisation: Organisation, name: string): string {
    return join(this.organisation(organisation), 'users', `${name}@${organisation.domain}`);
  }

  /** Folder of an ordering node, by default the first. */
  orderer(name = 'orderer'): string {
    return join(this.ordererOrganisation(), 'orderers', `${name}.${this.#topology.orderer.domain}`);
  }

  /** Folder of the ordering organisation's administrator. */
  ordererAdmin(): string {
    return join(this.ordererOrganisation(), 'users', `Admin@${this.#topology.orderer.domain}`);
  }
}

/** DNS name of an organisation's peer: its TLS server name, and its address in the channel configuration. */
export function peerHost({ domain }: Pick<Organisation, 'domain'>): string {
  return `peer0.${domain}`;
}

function peerNodes({ domain }: Organisation, domains: readonly string[]): NodeSpec[] {
  return [
    node('peers', 'peer0', 'peer', domain),
    node('peers', 'master', 'peer', domain),
    node('users', 'Admin', 'admin', domain),
    node('users', 'User1', 'client', domain),
    node('users', SUBMITTER, 'client', domain),
    ...domains.map((name) => node('users', name, 'client', domain)),
  ];
}

function node(
  collection: NodeSpec['collection'],
  short: string,
  role: NodeRole,
  domain: string,
  host = `${short}.${domain}`.toLowerCase(),
): NodeSpec {
  return { name: `${short}${collection === 'users' ? '@' : '.'}${domain}`, role, collection, host };
}
