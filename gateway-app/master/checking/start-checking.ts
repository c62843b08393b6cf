import { fromHex } from '@cotrace/core';
import { nodeVerifier } from '@cotrace/network';
import type { Consortium } from '../../consortium/consortium.js';
import { agreedCheckpoint, networkTerms } from '../../consortium/network-terms.js';
import { Chain } from '../../fabric/chain.js';
import type { BlockSource } from '../../fabric/block-source.js';
import { Master } from '../../gen/cotrace/cotrace_pb.js';
import type { HeightFeed } from '../../node/feed.js';
import type { Log } from '../../node/log.js';
import type { RpcClient } from '../../node/rpc-client.js';
import type { Configurations } from '../configurations.js';
import type { MasterLedger } from '../master-ledger.js';
import type { OtherCycles } from './initiator.js';
import { MasterChecking, type MasterCheckingParts } from './master-checking.js';

/** What a master's part in sealing begins from. */
export interface CheckingSetting {
  readonly consortium: Consortium;
  /** Own MSP id. */
  readonly mspId: string;
  readonly ledger: MasterLedger;
  readonly configurations: Configurations;
  /** Tells when main has grown. */
  readonly feed: HeightFeed;
  /** The blocks of the checking channel. */
  readonly blocks: BlockSource;
  /** See `MasterCheckingParts`. */
  readonly contradicted: MasterCheckingParts['contradicted'];
  readonly log: Log;
}

/** A master's part in sealing, by its consortium's settings. */
export function masterChecking(setting: CheckingSetting): MasterChecking {
  const { consortium, mspId, ledger, configurations, feed, blocks, contradicted, log } = setting;
  const { name, genesisHeaderHash } = consortium.channels.checking;
  const genesis = fromHex(genesisHeaderHash, 32);
  return new MasterChecking({
    ledger,
    configurations,
    networkId: networkTerms(consortium).networkId,
    c: consortium.checkingHeight,
    checkpoint: agreedCheckpoint(consortium),
    own: mspId,
    patience: { t1Ms: consortium.checking.t1 * 1000, t2Ms: consortium.checking.t2 * 1000 },
    channel: name,
    blocks,
    openChain: () => new Chain(genesis, nodeVerifier, ledger.store.checking.checkpoint()),
    main: feed,
    contradicted,
    log,
  });
}

/** How far another master is with its cycles. */
export function otherCycles(mspId: string, client: RpcClient): OtherCycles {
  return { mspId, cycles: (checkNum) => client.call(Master.method.checkingStatus, { checkNum }) };
}
