import { accessSync, constants, existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { CotraceError } from '@cotrace/core';

/** Fabric's programs and its stock configuration on this machine. */
export interface FabricBinaries {
  readonly peer: string;
  readonly orderer: string;
  /** Folder with Fabric's stock `core.yaml` and `orderer.yaml`. */
  readonly config: string;
}

/** Versions that the acceptance suite has passed on. */
export const KNOWN_FABRIC_VERSIONS: readonly string[] = ['2.5.16', '3.1.5'];

const INSTALL =
  "install Fabric's own binaries, known to work in versions " +
  `${KNOWN_FABRIC_VERSIONS.join(' and ')}: curl -sSLO https://raw.githubusercontent.com/hyperledger/fabric/main/scripts/install-fabric.sh, ` +
  'then `bash install-fabric.sh --fabric-version 3.1.5 binary`, and set FABRIC_BIN to its folder `bin` and FABRIC_CONFIG to its folder `config`';

/**
 * The programs that `FABRIC_BIN` points to, with the configuration of `FABRIC_CONFIG` (by default the folder
 * `config` beside the programs' folder, where Fabric's install script puts it).
 * Throws `FABRIC_BIN`, saying what is missing and what to install.
 */
export function findFabric(env: Readonly<NodeJS.ProcessEnv>): FabricBinaries {
  const bin = env['FABRIC_BIN'];
  if (bin === undefined || bin === '') {
    throw new CotraceError('FABRIC_BIN', `FABRIC_BIN is not set; ${INSTALL}`);
  }
  const config = resolve(env['FABRIC_CONFIG'] ?? join(dirname(resolve(bin)), 'config'));
  for (const name of ['core.yaml', 'orderer.yaml']) {
    const path = join(config, name);
    if (!existsSync(path)) {
      throw new CotraceError('FABRIC_BIN', `${path} is not there; set FABRIC_CONFIG or ${INSTALL}`, { path });
    }
  }
  return { peer: program(bin, 'peer'), orderer: program(bin, 'orderer'), config };
}

function program(bin: string, name: string): string {
  const path = resolve(bin, name);
  try {
    accessSync(path, constants.X_OK);
  } catch (cause) {
    throw new CotraceError('FABRIC_BIN', `${path} cannot be run; ${INSTALL}`, { path }, cause);
  }
  return path;
}
