/** A Fabric network that the acceptance suite runs on. */
export interface Backend {
  readonly name: 'devnet' | 'fabric';
  /** What `cotrace demo` and `cotrace network up` are given so that they start it. */
  readonly flags: readonly string[];
  /** The processes that are peers of the default network. */
  readonly peers: readonly string[];
}

/** The embedded network. */
export const devnet: Backend = { name: 'devnet', flags: [], peers: ['devnet'] };

/** Fabric's own programs, from the folder FABRIC_BIN. */
export const fabric: Backend = {
  name: 'fabric',
  flags: ['--backend', 'fabric'],
  peers: ['fabric.peer.org1', 'fabric.peer.org2', 'fabric.peer.org3'],
};
