import { existsSync } from 'node:fs';
import { CotraceError } from '@cotrace/core';
import {
  completeTopologyText,
  parseTopology,
  readTextFile,
  readTopology,
  type Topology,
} from '@cotrace/network';
import { consortiumOf } from '../consortium/check.js';
import type { Consortium } from '../consortium/consortium.js';
import { MAX_ORGANISATIONS } from '../consortium/limits.js';
import { readJsonFile } from '../settings/json-file.js';
import { writeAtomically, type Workspace } from './workspace.js';

/**
 * The topology of a workspace. The first `up` writes it down whole, from the file that it is given or the default; from then
 * on the workspace's own counts, and another file with another content is refused: ledgers and certificates hang on it.
 * So is one that has lost what the network has. Nothing is written where `requireRunnable` throws. Throws `TOPOLOGY`, `CONFIG`.
 */
export function adoptTopology(
  workspace: Workspace,
  path: string | null,
  requireRunnable: (topology: Topology) => void = () => undefined,
): Topology {
  const given = path === null ? null : { topology: readTopology(path), text: readTextFile(path, 'TOPOLOGY') };
  if (!existsSync(workspace.topology)) {
    const topology = given?.topology ?? parseTopology('');
    requireRunnable(topology);
    writeAtomically(workspace.topology, completeTopologyText(given?.text ?? '', path ?? 'topology'));
    return topology;
  }
  const own = readTopology(workspace.topology);
  if (given !== null && JSON.stringify(given.topology) !== JSON.stringify(own)) {
    throw new CotraceError(
      'CONFIG',
      `${workspace.root} holds a network of another topology; remove it with \`cotrace network down --purge\`, or give another --home`,
      { workspace: workspace.root, path },
    );
  }
  refuseLoss(workspace, own);
  requireRunnable(own);
  return own;
}

/** The topology of a workspace's network, or null where none was started. */
export function readNetworkTopology(workspace: Workspace): Topology | null {
  return existsSync(workspace.topology) ? readTopology(workspace.topology) : null;
}

/**
 * Compares a topology with the network that is there: what hangs on it would be lost with no word. Throws `CONFIG` naming
 * the section, what it was, and what to do.
 */
function refuseLoss({ consortium: path, trust, topology: file }: Workspace, topology: Topology): void {
  const advice = 'remove the file: `cotrace network up` writes it again';
  const network = readJsonFile(path, advice, consortiumOf);
  if (network === null) return;
  const lost = network.domains.filter((domain) => !topology.domains.includes(domain));
  if (lost.length > 0) {
    const added = topology.domains.filter((domain) => !network.domains.includes(domain));
    throw new CotraceError(
      'CONFIG',
      `${file}: domains leaves out ${lost.join(', ')}, which the network has: their records are on the ledger, and their nodes would be gone; ` +
        `write domains: [${[...network.domains, ...added].join(', ')}]`,
      { path: file, lost },
    );
  }
  refuseOthers(file, network, topology);
  const { channels, checkingHeight, quorum } = topology;
  const made = readJsonFile(trust, advice, (root) => root.at('quorum').integer(2, MAX_ORGANISATIONS));
  const settings = [
    ['channels.main', network.channels.main.name, channels.main],
    ['channels.checking', network.channels.checking.name, channels.checking],
    ['checkingHeight', network.checkingHeight, checkingHeight],
    ['quorum', made ?? quorum, quorum],
  ] as const;
  for (const [name, was, now] of settings) {
    if (was === now) continue;
    throw new CotraceError(
      'CONFIG',
      `${file}: ${name} is ${now}, but the network was made with ${was}, and everything attested in it says so; ` +
        `write ${was}, or start a new network in another --home`,
      { path: file, name, was, now },
    );
  }
}

/** Throws `CONFIG` where organisations are left out, or added as if they were in the genesis blocks. */
function refuseOthers(file: string, network: Consortium, { organisations }: Topology): void {
  const refuse = (what: string, mspIds: readonly string[]): void => {
    if (mspIds.length === 0) return;
    const message = `${file}: organisations ${what}`.replace('%', mspIds.join(', '));
    throw new CotraceError('CONFIG', message, { path: file, mspIds });
  };
  const known = network.organisations.map(({ mspId }) => mspId);
  const wanted = organisations.map(({ mspId }) => mspId);
  refuse(
    'leaves out %, which the network has; leave the entry, and add left: true where the channels no longer have it',
    known.filter((mspId) => !wanted.includes(mspId)),
  );
  refuse(
    'adds %, which is in no genesis block; add founder: false',
    organisations
      .filter(({ mspId, founder, left }) => !known.includes(mspId) && founder !== false && left !== true)
      .map(({ mspId }) => mspId),
  );
}
