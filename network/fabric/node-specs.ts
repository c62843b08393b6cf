import { join } from 'node:path';
import { peerHost, type CryptoLayout } from '../identity/layout.js';
import { ordererNodes, type OrdererNode, type Organisation, type Topology } from '../topology.js';
import type { FabricBinaries } from './binaries.js';
import { BUILDER_VARIABLE } from './builder.js';
import type { FabricLayout } from './fabric-layout.js';

/** How to start a program of Fabric. */
export interface FabricProgram {
  /** `fabric.peer.<organisation>`, `orderer`, `orderer2`, … */
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /** All of its environment that concerns Fabric. */
  readonly env: Readonly<Record<string, string>>;
}

/** Ports of a network's nodes on the loop-back interface, by the names of `fabricPorts`. */
export type Ports = Readonly<Record<string, number>>;

export const peerName = ({ name }: Pick<Organisation, 'name'>): string => `fabric.peer.${name}`;
export const adminPort = ({ name }: Pick<OrdererNode, 'name'>): string => `${name}.admin`;

/** The ports that the nodes listen on, each with the program that it belongs to. */
export function fabricPorts(topology: Topology): { readonly name: string; readonly process: string }[] {
  return [
    ...ordererNodes(topology).flatMap((node) => [
      { name: node.name, process: node.name },
      { name: adminPort(node), process: node.name },
    ]),
    ...topology.organisations.map((organisation) => ({
      name: peerName(organisation),
      process: peerName(organisation),
    })),
  ];
}

const LOGGING = { FABRIC_LOGGING_SPEC: 'info:grpc=error' };
const UNUSED_PORT = '127.0.0.1:0';

/** One ordering node (configuration: Fabric's orderer.yaml, in upper case with underscores). */
export function ordererProgram(
  topology: Topology,
  node: OrdererNode,
  { binaries, files, layout, ports }: FabricParts,
): FabricProgram {
  const dir = layout.orderer(node.name);
  const data = files.data(node.name);
  const tls = {
    key: join(dir, 'tls', 'server.key'),
    certificate: join(dir, 'tls', 'server.crt'),
    roots: `[${join(dir, 'tls', 'ca.crt')}]`,
  };
  return {
    name: node.name,
    command: binaries.orderer,
    args: [],
    env: {
      ...LOGGING,
      FABRIC_CFG_PATH: files.config,
      ORDERER_GENERAL_LISTENADDRESS: '127.0.0.1',
      ORDERER_GENERAL_LISTENPORT: String(ports[node.name] ?? 0),
      ORDERER_GENERAL_BOOTSTRAPMETHOD: 'none',
      ORDERER_GENERAL_LOCALMSPID: topology.orderer.mspId,
      ORDERER_GENERAL_LOCALMSPDIR: join(dir, 'msp'),
      ORDERER_GENERAL_TLS_ENABLED: 'true',
      ORDERER_GENERAL_TLS_PRIVATEKEY: tls.key,
      ORDERER_GENERAL_TLS_CERTIFICATE: tls.certificate,
      ORDERER_GENERAL_TLS_ROOTCAS: tls.roots,
      ORDERER_GENERAL_CLUSTER_CLIENTCERTIFICATE: tls.certificate,
      ORDERER_GENERAL_CLUSTER_CLIENTPRIVATEKEY: tls.key,
      ORDERER_GENERAL_CLUSTER_ROOTCAS: tls.roots,
      ORDERER_FILELEDGER_LOCATION: join(data, 'ledger'),
      ORDERER_CONSENSUS_WALDIR: join(data, 'wal'),
      ORDERER_CONSENSUS_SNAPDIR: join(data, 'snapshots'),
      ORDERER_CHANNELPARTICIPATION_ENABLED: 'true',
      ORDERER_ADMIN_LISTENADDRESS: `127.0.0.1:${ports[adminPort(node)] ?? 0}`,
      ORDERER_ADMIN_TLS_ENABLED: 'true',
      ORDERER_ADMIN_TLS_PRIVATEKEY: tls.key,
      ORDERER_ADMIN_TLS_CERTIFICATE: tls.certificate,
      ORDERER_ADMIN_TLS_CLIENTAUTHREQUIRED: 'true',
      ORDERER_ADMIN_TLS_CLIENTROOTCAS: tls.roots,
      ORDERER_OPERATIONS_LISTENADDRESS: UNUSED_PORT,
    },
  };
}

/**
 * An organisation's peer (configuration: Fabric's core.yaml). `services`: where its chaincodes run, `host:port` by the fields of
 * their packages' `connection.json`, such as `address`.
 */
export function peerProgram(
  organisation: Organisation,
  services: Readonly<Record<string, string>>,
  { binaries, files, layout, ports }: FabricParts,
): FabricProgram {
  const name = peerName(organisation);
  const dir = layout.peer(organisation);
  const data = files.data(name);
  const address = `127.0.0.1:${ports[name] ?? 0}`;
  return {
    name,
    command: binaries.peer,
    args: ['node', 'start'],
    env: {
      ...LOGGING,
      FABRIC_CFG_PATH: files.config,
      CORE_PEER_ID: peerHost(organisation),
      CORE_PEER_LOCALMSPID: organisation.mspId,
      CORE_PEER_MSPCONFIGPATH: join(dir, 'msp'),
      CORE_PEER_TLS_ENABLED: 'true',
      CORE_PEER_TLS_CERT_FILE: join(dir, 'tls', 'server.crt'),
      CORE_PEER_TLS_KEY_FILE: join(dir, 'tls', 'server.key'),
      CORE_PEER_TLS_ROOTCERT_FILE: join(dir, 'tls', 'ca.crt'),
      CORE_PEER_ADDRESS: address,
      CORE_PEER_LISTENADDRESS: address,
      CORE_PEER_CHAINCODELISTENADDRESS: UNUSED_PORT,
      CORE_PEER_GOSSIP_BOOTSTRAP: address,
      CORE_PEER_GOSSIP_EXTERNALENDPOINT: address,
      CORE_PEER_FILESYSTEMPATH: data,
      CORE_LEDGER_SNAPSHOTS_ROOTDIR: join(data, 'snapshots'),
      CORE_OPERATIONS_LISTENADDRESS: UNUSED_PORT,
      [BUILDER_VARIABLE]: JSON.stringify(services),
    },
  };
}

/** What the programs of a network share. */
export interface FabricParts {
  readonly binaries: FabricBinaries;
  readonly files: FabricLayout;
  readonly layout: CryptoLayout;
  readonly ports: Ports;
}

/** The environment of this process without what would configure Fabric behind our back. */
export function cleanEnvironment(env: Readonly<NodeJS.ProcessEnv>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) =>
      value === undefined || /^(?:CORE|ORDERER|FABRIC)_/.test(name) ? [] : [[name, value]],
    ),
  );
}
