import { execFileSync } from 'node:child_process';
import { CotraceError } from '@cotrace/core';
import type { Topology } from '../topology.js';
import type { FabricBinaries } from './binaries.js';

/** Version of Fabric that a `peer` program says it is, as in `3.1.5`. Throws `FABRIC_BIN`. */
export function releaseOf({ peer }: Pick<FabricBinaries, 'peer'>): string {
  const version = /^ *Version: v?(\d+\.\d+\.\d+)/m.exec(versionText(peer))?.[1];
  if (version !== undefined) return version;
  throw new CotraceError('FABRIC_BIN', `\`${peer} version\` does not print a version of Fabric`, { peer });
}

function versionText(peer: string): string {
  try {
    return execFileSync(peer, ['version'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  } catch (cause) {
    throw new CotraceError('FABRIC_BIN', `\`${peer} version\` failed`, { peer }, cause);
  }
}

/** Throws `FABRIC_BIN` where a topology needs Fabric 3.x and the programs are older. */
export function requireRelease({ orderer, capability }: Topology, binaries: FabricBinaries): void {
  if (capability !== 'V3_0') return;
  const release = releaseOf(binaries);
  if (Number(release.split('.')[0]) >= 3) return;
  const wanted = orderer.consensus === 'bft' ? 'BFT ordering' : 'capability V3_0';
  throw new CotraceError(
    'FABRIC_BIN',
    `${wanted} needs Fabric 3.x, and ${binaries.peer} is ${release}; set FABRIC_BIN to programs of 3.x, or choose a topology with Raft and capability V2_0`,
    { release, capability, consensus: orderer.consensus },
  );
}
