import { join } from 'node:path';
import { expect } from '@jest/globals';
import { toHex } from '@cotrace/core';
import {
  CryptoLayout,
  firstOrderer,
  loadIdentity,
  nodeVerifier,
  readConfigurations,
  readTopology,
  type OrdererEndpoint,
  type SigningIdentity,
  type Topology,
} from '@cotrace/network';
import { mainConfig } from '@cotrace/verifier';
import { readNetworkState } from '../../gateway-app/deploy/local/network-state.js';
import type { Backend } from '../acceptance/backend.js';
import type { Cotrace } from '../acceptance/cotrace.js';
import type { SystemNetwork } from '../system/network.js';
import { eventually } from './cycles.js';

/** A network that is changed. */
export interface ChangedNetwork {
  /** Its folder. */
  readonly home: string;
  readonly topology: Topology;
  readonly orderer: OrdererEndpoint;
  readonly layout: CryptoLayout;
}

/** A node as `cotrace nodes` answers, as far as it is looked at. */
export interface NodeRow {
  readonly name: string;
  readonly role: string;
  readonly state: string;
  readonly height: string;
  readonly consistentUpTo: string | null;
}

/** The network as its files say now. */
export function changedNetwork({ scene, workspace }: SystemNetwork, backend: Backend): ChangedNetwork {
  const topology = readTopology(workspace.topology);
  const { ports } = readNetworkState(workspace);
  const folder = backend.name === 'devnet' ? workspace.devnet : workspace.fabric;
  const layout = new CryptoLayout(join(folder, 'crypto'), topology);
  const reach = (name: string) =>
    `127.0.0.1:${ports[backend.name === 'devnet' ? `devnet.${name}` : name] ?? 0}`;
  return { home: scene.cotrace.home, topology, layout, orderer: firstOrderer(topology, { layout, reach }) };
}

/** Hash of the membership of main's newest configuration, hexadecimal. */
export async function membershipOf({ orderer, topology }: ChangedNetwork): Promise<string> {
  const { main } = await readConfigurations(orderer, topology.channels);
  return toHex(mainConfig(main, nodeVerifier).hash);
}

/** The administrators of organisations, by their short names; at least one. */
export function administratorsOf(
  { topology, layout }: ChangedNetwork,
  names: readonly string[],
): [SigningIdentity, ...SigningIdentity[]] {
  const [first, ...others] = names.map((name) => {
    const own = organisationOf(topology, name);
    return loadIdentity(join(layout.user(own, 'Admin'), 'msp'), own.mspId);
  });
  if (first === undefined) throw new RangeError('somebody signs');
  return [first, ...others];
}

/** The organisation with a short name. */
export function organisationOf({ organisations }: Topology, name: string): Topology['organisations'][number] {
  const found = organisations.find((candidate) => candidate.name === name);
  if (found === undefined) throw new RangeError(`there is no organisation ${name}`);
  return found;
}

/** Waits until every one of so many nodes follows, and its business nodes have compared cycle `newest` and found no difference. */
export async function expectConsistent(cotrace: Cotrace, newest: number, nodes: number): Promise<void> {
  const rows = await eventually('all nodes are consistent', async () => {
    const { value } = await cotrace.json<readonly NodeRow[]>('nodes');
    const isSo = ({ role, state, consistentUpTo }: NodeRow) =>
      state === 'following' && (role !== 'business' || Number(consistentUpTo) >= newest);
    return value.every(isSo) ? value : null;
  });
  expect(rows).toHaveLength(nodes);
}
