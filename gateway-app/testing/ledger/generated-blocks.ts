import {
  decodeBlock,
  defaultDefinition,
  definitionWrites,
  LIFECYCLE_NAMESPACE,
  type Block,
} from '@cotrace/fabric-model';
import { BlockMaker } from './block-maker.js';
import type { LedgerCall, Workload } from './ledger-call.js';
import type { LedgerNetwork } from './ledger-network.js';
import { LedgerState } from './ledger-state.js';

/** How a ledger is made of a workload. */
export interface Making {
  /** Decides ids of transactions and with them signatures and hashes, 0…2^32−1. */
  readonly seed: number;
  /** A folder for the state on the way; it is removed at the end. */
  readonly scratch: string;
}

/** The blocks of a ledger from the genesis block on, each made when it is asked for. Same network, workload and seed: same bytes. */
export async function* generatedBlocks(
  network: LedgerNetwork,
  workload: Workload,
  { seed, scratch }: Making,
): AsyncGenerator<Block> {
  const state = await LedgerState.create(scratch);
  try {
    const genesis = decodeBlock(network.genesis);
    await state.advance(genesis.number, genesis.headerHash, []);
    yield genesis;
    const maker = new BlockMaker(network, state, seed);
    yield await maker.make(workload.chaincodes.map(chaincodeDefinition));
    for (const calls of workload.blocks(state)) yield await maker.make(calls);
  } finally {
    await state.remove();
  }
}

/** The call that commits the definition of a chaincode. */
function chaincodeDefinition(name: string): LedgerCall {
  return {
    chaincode: LIFECYCLE_NAMESPACE,
    organisation: 0,
    args: ['CommitChaincodeDefinition', name],
    run: (simulation) => {
      const definition = defaultDefinition({ name, version: '1', sequence: 1n });
      for (const { key, value } of definitionWrites(definition)) {
        simulation.put(LIFECYCLE_NAMESPACE, key, value);
      }
      return { answer: '' };
    },
  };
}
