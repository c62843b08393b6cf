import { setTimeout as sleep } from 'node:timers/promises';
import {
  checkingHeaderHash,
  decodeCheckingHeader,
  fromHex,
  HeaderChain,
  packHeader,
  toHex,
  type CheckingHeader,
} from '@cotrace/core';
import { openSession } from '../../gateway-app/client/session.js';
import { networkTerms } from '../../gateway-app/consortium/network-terms.js';
import { Master, type Cycle } from '../../gateway-app/gen/cotrace/cotrace_pb.js';

const PATIENCE_MS = 240_000;
/** Cycles in one answer. */
const MOST = 100;

/** A cycle that is sealed, as a master has it. */
export interface SealedCycle {
  readonly header: CheckingHeader;
  /** Length of its packed form in bytes. */
  readonly packed: number;
  readonly recorded: boolean;
  /** MSP ids. */
  readonly initiator: string;
  readonly endorsers: readonly string[];
}

/** What a master has of cycles. */
export interface Cycles {
  readonly computed: number;
  readonly sealed: readonly SealedCycle[];
}

/**
 * The cycles of the network in `home` up to the newest sealed one, asked of the master of the organisation `org`. Each header
 * follows from the one before. `founding`: hash of the membership of block 0, hexadecimal.
 */
export async function cyclesOf(home: string, org: string, founding: string): Promise<Cycles> {
  const connections = openSession({ home, org });
  try {
    const { consortium } = connections.context;
    const [master] = connections.masters();
    if (master === undefined) throw new Error('there is no master');
    const state = await master.client.call(Master.method.checkingStatus, {});
    const cycles: Cycle[] = [];
    for (let page = MOST; page === MOST;) {
      const from = { checkNum: BigInt(cycles.length + 1), count: MOST };
      const { cycles: more } = await master.client.call(Master.method.cycles, from);
      cycles.push(...more);
      page = more.length;
    }
    let chain = HeaderChain.start({
      networkId: networkTerms(consortium).networkId,
      c: consortium.checkingHeight,
      genesisHeaderHash: fromHex(consortium.channels.main.genesisHeaderHash, 32),
      membership: fromHex(founding, 32),
    });
    const sealed = cycles.slice(0, Number(state.sealed)).map((cycle): SealedCycle => {
      const header = decodeCheckingHeader(cycle.header);
      const packed = packHeader(header, chain).length;
      chain = chain.extend(cycle.header);
      if (toHex(chain.hash) !== toHex(checkingHeaderHash(cycle.header))) throw new Error('another header');
      const { recorded, initiator, endorsers } = cycle;
      return { header, packed, recorded, initiator, endorsers };
    });
    return { computed: Number(state.computed), sealed };
  } finally {
    connections.close();
  }
}

/** Asks until there is an answer that is not null. */
export async function eventually<T>(what: string, ask: () => Promise<T | null>): Promise<T> {
  const until = Date.now() + PATIENCE_MS;
  for (;;) {
    const answer = await ask();
    if (answer !== null) return answer;
    if (Date.now() > until) throw new Error(`it did not come to that: ${what}`);
    await sleep(200);
  }
}
