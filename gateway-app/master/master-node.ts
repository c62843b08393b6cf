import { fromHex } from '@cotrace/core';
import { nodeVerifier, type SigningIdentity, type TlsMaterial } from '@cotrace/network';
import type { Consortium } from '../consortium.js';
import { Chain } from '../fabric/chain.js';
import { connectMainPeer, type MainPeer } from '../fabric/main-peer.js';
import { networkTerms } from '../network-terms.js';
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
import { serve } from '../node/rpc-server.js';
import { Attestor } from './attestor.js';
import { followMain } from './follower.js';
import { MasterLedger, type LedgerParts } from './master-ledger.js';
import { MasterStore } from './master-store.js';
import { masterMethods } from './service.js';
import { trieSettings } from './trie-settings.js';

/** Opens the connection of a master to its organisation's peer. */
export type ConnectPeer = (consortium: Consortium, identity: SigningIdentity, tls: TlsMaterial) => MainPeer;

/** Starts a master sidecar: follows its organisation's peer, attests every main block, and serves its consortium. */
export async function startMaster(
  config: NodeConfig,
  consortium: Consortium,
  connect: ConnectPeer = connectOwnPeer,
): Promise<RunningNode> {
  const node = findNode(consortium, config.name, 'master');
  const listen = config.listen ?? node.address;
  const log = new Log(node.name);
  const identity = loadAttester(config.mspDir, node, consortium);
  const tls = loadNodeTls(config.tlsDir, node, consortium);
  const genesisHeaderHash = fromHex(consortium.channels.main.genesisHeaderHash, 32);
  const store = await MasterStore.open(config.storeDir);
  const attestor = new Attestor(identity);
  const openChain = () => {
    const chain = new Chain(genesisHeaderHash, nodeVerifier, store.position());
    if (chain.main !== null) attestor.requireFit(chain.main);
    return chain;
  };
  const ledger = await openLedger(store, {
    attestor,
    terms: networkTerms(consortium),
    checkingHeight: consortium.checkingHeight,
    trie: trieSettings(config),
    log,
  });
  const peer = connect(consortium, identity, tls);
  try {
    const feed = new HeightFeed(openChain().next);
    const methods = masterMethods({
      name: node.name,
      mspId: node.mspId,
      consortium,
      ledger,
      feed,
      peer,
      log,
    });
    const server = await serve(listen, tls, consortium, Object.values(methods), log);
    log.info(`listens on ${listen}, next main block ${feed.height}`);
    const stopping = new AbortController();
    const following = followMain({ blocks: peer.blocks, openChain, ledger, feed, log }, stopping.signal);
    return {
      name: node.name,
      failure: failureOf([following]),
      stop: async () => {
        stopping.abort();
        server.close();
        await Promise.allSettled([following]);
        peer.close();
        await ledger.close();
        await store.close();
      },
    };
  } catch (error) {
    peer.close();
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

function connectOwnPeer(consortium: Consortium, identity: SigningIdentity, tls: TlsMaterial): MainPeer {
  const { peer, tlsRoots } = findOrganisation(consortium, identity.mspId);
  return connectMainPeer({ ...peer, tlsRoots, identity, tls }, consortium.channels.main.name);
}
