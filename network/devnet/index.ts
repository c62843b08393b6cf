export { openLedger } from './ledger/ledger.js';
export type { Ledger, SignBlock } from './ledger/types.js';
export { blockSigner } from './orderer/block-signer.js';
export type { EndorsementRules, MetaRule } from './channel/genesis-policies.js';
export type { Deployment } from './deploy.js';
export type { DevnetHandle } from './handle.js';
export type { DevnetInfo, NetworkInfo, NodeAddress } from './network-info.js';
export type { DevnetOptions, ListenOptions } from './options.js';
export { requireOneOrderer, start } from './start.js';
