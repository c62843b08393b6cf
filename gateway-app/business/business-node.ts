import { nodeVerifier, type TlsMaterial } from '@cotrace/network';
import { majorityOf, type Consortium, type ConsortiumNode } from '../consortium/consortium.js';
import { agreedCheckpoint, networkTerms } from '../consortium/network-terms.js';
import { HeightFeed } from '../node/feed.js';
import { Log } from '../node/log.js';
import {
  failureOf,
  findNode,
  findOrganisation,
  type NodeConfig,
  type RunningNode,
} from '../node/node-config.js';
import { loadNodeTls } from '../node/node-identity.js';
import { storeOwner } from '../consortium/owner.js';
import { stoppingController } from '../node/stopping.js';
import { RpcClient } from '../node/rpc-client.js';
import { serve } from '../node/rpc-server.js';
import { AgreedMembers, remoteHeaders, type HeaderSource } from './agreed-members.js';
import { AttestationPool } from './attestation-pool.js';
import { BlockRing } from './block-ring.js';
import { BusinessHealth } from './business-health.js';
import { CycleBook } from './checking/cycle-book.js';
import { CycleFollower, remoteSealed, type SealedSource } from './checking/follow-cycles.js';
import { rankSourcesOf, remoteRanks, type RankSource } from './checking/rank-peers.js';
import { Docking, originsOf, remoteOrigin, type BlockOrigin, type Patience } from './docking.js';
import { DomainStore } from './domain-store.js';
import { followAttestations, remoteSource, type AttestationSource } from './follow-attestations.js';
import { DomainFollower } from './follower.js';
import { HeldRanks } from './held-ranks.js';
import { Jury } from './jury.js';
import { RefusalLog } from './refusal-log.js';
import { businessMethods } from './service.js';
import { PATIENCE } from './limits.js';

/** What a business node asks others over: the wire, which a test may replace. */
export interface BusinessWire {
  /** Where blocks may come from, in the order of preference. */
  readonly origins: readonly BlockOrigin[];
  /** The masters. */
  readonly sources: readonly AttestationSource[];
  /** The masters again, the own organisation's first. */
  readonly sealed: readonly SealedSource[];
  readonly headers: readonly HeaderSource[];
  /** Who is asked what differs, in the order of preference. */
  readonly ranks: readonly RankSource[];
  close(): void;
}

export type ConnectNodes = (node: ConsortiumNode, consortium: Consortium, tls: TlsMaterial) => BusinessWire;

/** Starts a business node: verifies its domain's blocks against a quorum of masters, and answers reads of its state. */
export async function startBusinessNode(
  config: NodeConfig,
  consortium: Consortium,
  connect: ConnectNodes = connectNodes,
  patience: Patience = PATIENCE,
): Promise<RunningNode> {
  const node = findNode(consortium, config.name, 'business');
  const listen = config.listen ?? node.address;
  const log = new Log(node.name);
  const tls = loadNodeTls(config.tlsDir, node, consortium);
  const store = await DomainStore.open(config.storeDir, storeOwner(node, consortium));
  const wire = connect(node, consortium, tls);
  try {
    const checkpoint = store.checkpoint();
    const height = checkpoint === null ? 0n : checkpoint.number + 1n;
    const feed = new HeightFeed(height);
    const pool = new AttestationPool(height);
    const ring = new BlockRing();
    const refusals = new RefusalLog();
    const domain = node.domain ?? '';
    const health = new BusinessHealth({ pool, feed, log }, majorityOf(consortium));
    const ranks = await HeldRanks.open(store, domain, consortium.checkingHeight, log);
    const follower = new DomainFollower(
      {
        domain,
        store,
        ranks,
        pool,
        ring,
        feed,
        docking: new Docking(wire.origins, patience),
        verifier: nodeVerifier,
        genesisHeaderHash: consortium.channels.main.genesisHeaderHash,
        checkingHeight: consortium.checkingHeight,
        jury: new Jury(networkTerms(consortium), store, refusals, await store.excluded(), log),
        agreed: new AgreedMembers({
          checkpoint: agreedCheckpoint(consortium),
          checkingHeight: consortium.checkingHeight,
          sources: wire.headers,
          verifier: nodeVerifier,
          log,
        }),
        health,
        refusals,
        log,
      },
      await store.evidence(),
    );
    const terms = { consortium, verifier: nodeVerifier };
    const book = await CycleBook.open({ domain, store, ranks, health, terms, log });
    const cycles = new CycleFollower({
      book,
      sources: wire.sealed,
      ranks: wire.ranks,
      feed,
      refusals,
      log,
    });
    const methods = businessMethods({
      node,
      consortium,
      store,
      feed,
      ring,
      follower,
      book,
      health,
      refusals,
    });
    const server = await serve(listen, tls, consortium, Object.values(methods), log);
    log.info(`listens on ${listen}, next main block ${height}`);
    const stopping = stoppingController();
    const sink = { pool, health, refusals, log };
    const running = [
      follower.run(stopping.signal),
      cycles.run(stopping.signal),
      ...wire.sources.map((source) => followAttestations(source, sink, stopping.signal)),
    ];
    return {
      name: node.name,
      failure: failureOf(running),
      stop: async () => {
        stopping.abort();
        server.close();
        wire.close();
        await Promise.allSettled(running);
        await store.close();
      },
    };
  } catch (error) {
    wire.close();
    await store.close();
    throw error;
  }
}

/** The nodes of the consortium, over mutual TLS. */
const connectNodes: ConnectNodes = (node, consortium, tls) => {
  const connected = connectOnce(consortium, tls);
  const remotes = connected.to(originsOf(node, consortium));
  const masters = remotes.filter(({ remote }) => remote.role === 'master');
  const domain = node.domain ?? '';
  return {
    origins: remotes.map(({ remote, client }) => remoteOrigin(remote, domain, client)),
    sources: masters.map(({ remote, client }) => remoteSource(remote.name, client)),
    sealed: masters.map(({ remote, client }) => remoteSealed(remote.name, domain, client)),
    headers: masters.map(({ remote, client }) => remoteHeaders(remote.name, client)),
    ranks: connected
      .to(rankSourcesOf(node, consortium))
      .map(({ remote, client }) => remoteRanks(remote, client)),
    close: () => connected.close(),
  };
};

/** Connections over mutual TLS to nodes that have an address, one to each. */
function connectOnce(consortium: Consortium, tls: TlsMaterial) {
  const clients = new Map<string, RpcClient>();
  return {
    to: (nodes: readonly ConsortiumNode[]) =>
      nodes.flatMap((remote) => {
        const { name, address, mspId, certificate } = remote;
        if (address === null) return [];
        const { tlsRoots } = findOrganisation(consortium, mspId);
        const client = clients.get(name) ?? new RpcClient(address, tls, tlsRoots, certificate);
        clients.set(name, client);
        return [{ remote, client }];
      }),
    close: () => {
      for (const client of clients.values()) client.close();
    },
  };
}
