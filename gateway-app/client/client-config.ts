import { compareBytes, CotraceError, utf8 } from '@cotrace/core';
import { loadIdentity, loadTls, type SigningIdentity, type TlsMaterial } from '@cotrace/network';
import type { Consortium, ConsortiumOrganisation } from '../consortium/consortium.js';
import { readConsortium } from '../consortium/read.js';
import { findOrganisation, type ListeningNode } from '../node/node-config.js';
import { openSettings, pathOf, textOf } from '../settings/settings-file.js';

/** Who a client is: an identity of one organisation, and the consortium it belongs to. */
export interface ClientConfig {
  /** Path of the consortium file. */
  readonly consortium: string;
  readonly mspId: string;
  /** MSP folder with the signing identity. */
  readonly mspDir: string;
  /** Folder with the TLS certificate and key that the consortium knows the client by. */
  readonly tlsDir: string;
}

/** A client's configuration with everything that it names loaded. */
export interface ClientContext {
  readonly consortium: Consortium;
  readonly organisation: ConsortiumOrganisation;
  readonly identity: SigningIdentity;
  readonly tls: TlsMaterial;
}

/** Reads a client's configuration, YAML or JSON; paths in it are taken from its folder. Throws `CONFIG`. */
export function readClientConfig(path: string): ClientConfig {
  const file = openSettings(path);
  file.root.only(['consortium', 'mspId', 'mspDir', 'tlsDir']);
  return {
    consortium: pathOf(file, file.root, 'consortium', 'the path of the consortium file'),
    mspId: textOf(file.root, 'mspId', "the MSP id of the client's organisation"),
    mspDir: pathOf(file, file.root, 'mspDir', 'the path of an MSP folder'),
    tlsDir: pathOf(file, file.root, 'tlsDir', 'the path of a folder with TLS certificate and key'),
  };
}

/** Loads what a client needs. Throws `CONFIG`, `IDENTITY`, `TLS_FOLDER`. */
export function loadClient({ consortium: path, mspId, mspDir, tlsDir }: ClientConfig): ClientContext {
  const consortium = readConsortium(path);
  return {
    consortium,
    organisation: findOrganisation(consortium, mspId),
    identity: loadIdentity(mspDir, mspId),
    tls: loadTls(tlsDir),
  };
}

/** The masters, the client's own organisation's first. Throws `CONFIG` where there is none. */
export function mastersOf({ consortium, organisation }: ClientContext): ListeningNode[] {
  const masters = consortium.nodes.flatMap((node) =>
    node.role === 'master' && node.address !== null ? [{ ...node, address: node.address }] : [],
  );
  if (masters.length === 0) throw new CotraceError('CONFIG', 'the consortium file has no master');
  masters.sort((a, b) => compareBytes(utf8(a.name), utf8(b.name)));
  const isOwn = ({ mspId }: ListeningNode) => mspId === organisation.mspId;
  return [...masters.filter(isOwn), ...masters.filter((master) => !isOwn(master))];
}
