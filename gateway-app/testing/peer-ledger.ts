import { create, toBinary } from '@bufbuild/protobuf';
import { common } from '@cotrace/fabric-model';
import type { Network } from '@hyperledger/fabric-gateway';
import { jest } from '@jest/globals';
import type { Connections } from '../client/connections.js';
import type { LedgerEnd } from '../fabric/ledger-queries.js';

/** Gives a client's connections a peer that only says where its ledger of the main channel ends: what `end` says when it is asked. */
export function peerWithLedger(connections: Connections, end: () => LedgerEnd): void {
  const evaluate = () => {
    const { height, headerHash } = end();
    const info = create(common.BlockchainInfoSchema, { height, currentBlockHash: headerHash });
    return Promise.resolve(toBinary(common.BlockchainInfoSchema, info));
  };
  const main = { getName: () => 'main', getContract: () => ({ newProposal: () => ({ evaluate }) }) };
  jest.spyOn(connections, 'main', 'get').mockReturnValue(main as unknown as Network);
}
