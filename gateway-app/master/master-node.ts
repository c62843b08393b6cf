import { fromHex } from '@cotrace/core';
import { nodeVerifier, type SigningIdentity, type TlsMaterial } from '@cotrace/network';
import type { Consortium, ConsortiumNode } from '../consortium/consortium.js';
import { Chain } from '../fabric/chain.js';
import { connectMainPeer, type MainPeer } from '../fabric/main-peer.js';
import { Master } from '../gen/cotrace/cotrace_pb.js';
import { networkTerms } from '../consortium/network-terms.js';
import { HeightFeed } from '../node/feed.js';
import { Log } from '../node/log.js';
import {
  failureOf,
  findNode,
  findOrganisation,
  type NodeConfig,
  type RunningNode,
} from '../node/node-config.js';
import { loadAttester, loadNodeTls } from '../node/node-identity.js';
import { storeOwner } from '../consortium/owner.js';
import { stoppingController } from '../node/stopping.js';
import { RpcClient } from '../node/rpc-client.js';
import { serve } from '../node/rpc-server.js';
import { Attestor } from './attestor.js';
import { contradictionText } from './checking/divergence.js';
import { masterChecking, otherCycles } from './checking/start-checking.js';
import { startTurns } from './checking/start-turns.js';
import { Configurations } from './configurations.js';
import { Freshness, type HeightSource } from './freshness.js';
import { followMain } from './follower.js';
import { keepAttestations, type KeptMaster } from './keep-attestations.js';
import { MasterHealth, type MasterPatience, type OwnChain } from './master-health.js';
import { MasterLedger, type LedgerParts } from './master-ledger.js';
import { MasterStore } from './master-store.js';
import { masterMethods } from './service.js';
import { trieSettings } from './trie-settings.js';
import { watchAcceptance, watchPeer, type OtherMaster } from './watch.js';
import { STATUS_CALL_MS } from '../node/limits.js';
import { MASTER_PATIENCE } from './limits.js';

/** Opens the connection of a master to its organisation's peer, for one channel. */
export type ConnectPeer = (
  consortium: Consortium,
  identity: SigningIdentity,
  tls: TlsMaterial,
  channel: string,
) => MainPeer;

/** Starts a master sidecar: follows its organisation's peer, attests every main block, and serves its consortium. */
export async function startMaster(
  config: NodeConfig,
  consortium: Consortium,
  connect: ConnectPeer = connectOwnPeer,
  patience: MasterPatience = MASTER_PATIENCE,
): Promise<RunningNode> {
  const node = findNode(consortium, config.name, 'master');
  const listen = config.listen ?? node.address;
  const log = new Log(node.name);
  const identity = loadAttester(config.mspDir, node, consortium);
  const tls = loadNodeTls(config.tlsDir, node, consortium);
  const genesisHeaderHash = fromHex(consortium.channels.main.genesisHeaderHash, 32);
  const terms = networkTerms(consortium);
  const attestor = new Attestor(identity);
  const store = await MasterStore.open(config.storeDir, storeOwner(node, consortium));
  const openChain = () => {
    const chain = new Chain(genesisHeaderHash, nodeVerifier, store.checkpoint());
    if (chain.main !== null) attestor.requireFit(chain.main);
    return chain;
  };
  const ledger = await openLedger(store, {
    attestor,
    terms,
    checkingHeight: consortium.checkingHeight,
    trie: trieSettings(config),
    log,
  });
  const peer = connect(consortium, identity, tls, consortium.channels.main.name);
  const checkingPeer = connect(consortium, identity, tls, consortium.channels.checking.name);
  const disconnect = (): void => {
    peer.close();
    checkingPeer.close();
  };
  try {
    const feed = new HeightFeed(openChain().next);
    const health = new MasterHealth(chainOf(store, feed), log, patience);
    const configurations = new Configurations(store);
    const others = connectOthers(node, consortium, tls);
    const freshness = new Freshness({
      store,
      configurations,
      attestor,
      terms,
      others: others.heights,
      advancedAt: () => health.advancedAt,
    });
    const checking = masterChecking({
      consortium,
      mspId: node.mspId,
      ledger,
      configurations,
      feed,
      blocks: checkingPeer.blocks,
      contradicted: (divergence) => {
        attestor.diverged(divergence);
        health.diverged(divergence === null ? null : contradictionText(divergence));
      },
      log,
    });
    await checking.look();
    const methods = masterMethods({
      name: node.name,
      mspId: node.mspId,
      consortium,
      ledger,
      feed,
      peer,
      health,
      configurations,
      freshness,
      checking,
    });
    const server = await serve(listen, tls, consortium, Object.values(methods), log);
    log.info(`listens on ${listen}, next main block ${feed.height}`);
    const turns = await startTurns({ config, node, consortium, tls, others: others.cycles, log }).catch(
      (error: unknown) => {
        server.close();
        throw error;
      },
    );
    const stopping = stoppingController();
    const newChain = () => new Chain(genesisHeaderHash, nodeVerifier, null);
    const { blocks } = peer;
    const watch = { peer, others: others.masters, store, attestor, feed, terms, health, patience };
    const keeping = { store, configurations, feed, terms, log };
    const running = [
      followMain({ blocks, openChain, newChain, ledger, feed, health, patience }, stopping.signal),
      watchPeer(watch, stopping.signal),
      watchAcceptance(watch, stopping.signal),
      checking.run(turns, stopping.signal),
      ...others.kept.map((other) => keepAttestations(other, keeping, stopping.signal)),
    ];
    return {
      name: node.name,
      failure: failureOf(running),
      stop: async () => {
        stopping.abort();
        server.close();
        disconnect();
        others.close();
        await turns?.close();
        await Promise.allSettled(running);
        await ledger.close();
        await store.close();
      },
    };
  } catch (error) {
    disconnect();
    await ledger.close();
    await store.close();
    throw error;
  }
}

async function openLedger(store: MasterStore, parts: Omit<LedgerParts, 'store'>): Promise<MasterLedger> {
  try {
    return await MasterLedger.open({ store, ...parts });
  } catch (error) {
    await store.close();
    throw error;
  }
}

/** The chain that a master has, for comparing. */
function chainOf(store: MasterStore, feed: HeightFeed): OwnChain {
  return {
    get height() {
      return feed.height;
    },
    headerHash: (blockNum) => store.block(blockNum).headerHash,
  };
}

/** The other masters of the consortium, over mutual TLS. */
function connectOthers(self: ConsortiumNode, consortium: Consortium, tls: TlsMaterial) {
  const others = consortium.nodes.flatMap(({ name, role, address, mspId, certificate }) => {
    if (role !== 'master' || name === self.name || address === null) return [];
    const { tlsRoots } = findOrganisation(consortium, mspId);
    return [{ name, mspId, client: new RpcClient(address, tls, tlsRoots, certificate) }];
  });
  return {
    masters: others.map(({ mspId, client }): OtherMaster => ({
      attestationsOf: async (blockNums) => {
        const { attestations } = await client.call(Master.method.attestationsOf, {
          blockNums: [...blockNums],
        });
        return attestations.filter((attestation) => attestation.mspId === mspId);
      },
    })),
    kept: others.map(({ name, mspId, client }): KeptMaster => ({
      name,
      mspId,
      attestations: (blockNum, signal) => client.stream(Master.method.attestations, { blockNum }, signal),
    })),
    cycles: others.map(({ mspId, client }) => otherCycles(mspId, client)),
    heights: others.map(({ client }): HeightSource => ({
      height: async () => (await client.call(Master.method.status, {}, { timeout: STATUS_CALL_MS })).height,
    })),
    close: () => others.forEach(({ client }) => client.close()),
  };
}

function connectOwnPeer(
  consortium: Consortium,
  identity: SigningIdentity,
  tls: TlsMaterial,
  channel: string,
): MainPeer {
  const { peer, tlsRoots } = findOrganisation(consortium, identity.mspId);
  return connectMainPeer({ ...peer, tlsRoots, identity, tls }, channel);
}
