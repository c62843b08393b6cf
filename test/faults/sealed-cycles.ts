import { join } from 'node:path';
import { bodyOf, decodeCheckingHeader, fromHex, HeaderChain, toHex } from '@cotrace/core';
import { nodeVerifier } from '@cotrace/network';
import { CONSISTENT, ROWS } from '../../gateway-app/business/checking/cycle-rows.js';
import { keptChain } from '../../gateway-app/business/checking/kept-headers.js';
import { DomainStore } from '../../gateway-app/business/domain-store.js';
import { openSession } from '../../gateway-app/client/session.js';
import type { Consortium, ConsortiumNode } from '../../gateway-app/consortium/consortium.js';
import { networkTerms } from '../../gateway-app/consortium/network-terms.js';
import { storeOwner } from '../../gateway-app/consortium/owner.js';
import { readConsortium } from '../../gateway-app/consortium/read.js';
import { connectFabric } from '../../gateway-app/fabric/connection.js';
import { MasterStore } from '../../gateway-app/master/master-store.js';
import { Workspace } from '../../gateway-app/workspace/workspace.js';
import { blocksOf } from '../sealing/channel-blocks.js';
import { genesisMembership, sealsIn } from '../sealing/ledger-cycles.js';

/** What a node's store holds of the cycles that are sealed. */
export interface HeldCycles {
  readonly node: string;
  readonly sealed: bigint;
  /** Hash of the newest sealed header. */
  readonly newest: string;
  /** Per cycle, each part as `domain digest`; null of a business node, which compares its own and keeps none. */
  readonly parts: readonly (readonly string[])[] | null;
  /** Cycles of which the node knows, or computed, something else than was sealed. */
  readonly different: number;
}

/** What the nodes of a network that is down hold of its cycles; the chain of headers is checked link by link. */
export async function heldCycles(home: string): Promise<HeldCycles[]> {
  const workspace = new Workspace(home);
  const consortium = readConsortium(workspace.consortium);
  const held: HeldCycles[] = [];
  for (const node of consortium.nodes) {
    const folder = join(workspace.nodes, node.name);
    if (node.role === 'master') held.push(await heldByMaster(node, consortium, folder));
    if (node.role === 'business') held.push(await heldByBusinessNode(node, consortium, folder));
  }
  return held;
}

async function heldByMaster(
  node: ConsortiumNode,
  consortium: Consortium,
  folder: string,
): Promise<HeldCycles> {
  const store = await MasterStore.open(folder, storeOwner(node, consortium));
  try {
    const { sealed } = store.checking.marks();
    const parts: string[][] = [];
    let different = 0;
    let chain: HeaderChain | null = null;
    for (let n = 1n; n <= sealed; n += 1n) {
      const cycle = store.cycles.need(n);
      const header = decodeCheckingHeader(cycle.header);
      chain ??= HeaderChain.start({
        networkId: networkTerms(consortium).networkId,
        c: consortium.checkingHeight,
        genesisHeaderHash: fromHex(consortium.channels.main.genesisHeaderHash, 32),
        membership: header.membership,
      });
      chain = chain.extend(cycle.header);
      if (toHex(bodyOf(cycle.parts).root) !== toHex(header.bodyRoot)) different += 1;
      different += (await store.checking.conflicts(n)).length;
      parts.push(cycle.parts.map(({ domain, hpart }) => `${domain} ${toHex(hpart)}`));
    }
    return { node: node.name, sealed, newest: toHex(chain?.hash ?? new Uint8Array()), parts, different };
  } finally {
    await store.close();
  }
}

async function heldByBusinessNode(
  node: ConsortiumNode,
  consortium: Consortium,
  folder: string,
): Promise<HeldCycles> {
  const store = await DomainStore.open(folder, storeOwner(node, consortium));
  try {
    const chain = await keptChain(store, { consortium, verifier: nodeVerifier });
    const different = (await store.rows(ROWS.differs)).length;
    const sealed = BigInt(`0x${toHex(store.row(CONSISTENT) ?? new Uint8Array(1))}`);
    return {
      node: node.name,
      sealed,
      newest: toHex(chain?.hash ?? new Uint8Array()),
      parts: null,
      different,
    };
  } finally {
    await store.close();
  }
}

/** Per cycle from 1 on, how many valid transactions of the channel `checking` wrote its header, each proven by a quorum. */
export async function timesRecorded(home: string): Promise<number[]> {
  const session = openSession({ home });
  const { consortium, organisation, identity, tls } = session.context;
  const { main, checking } = consortium.channels;
  const fabric = connectFabric(
    { ...organisation.peer, tlsRoots: organisation.tlsRoots, identity, tls },
    'calls',
  );
  const blocks = ({ name }: typeof main) => blocksOf(fabric.gateway.getNetwork(name));
  try {
    const membership = genesisMembership(await blocks(main));
    const times: number[] = [];
    for (const { checkNum, isValid } of sealsIn(await blocks(checking), checking.name, membership)) {
      const at = Number(checkNum) - 1;
      if (isValid) times[at] = (times[at] ?? 0) + 1;
    }
    return times;
  } finally {
    fabric.close();
    session.close();
  }
}
