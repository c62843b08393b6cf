import { create, toBinary } from '@bufbuild/protobuf';
import { common } from '@cotrace/fabric-model';
import { Metadata, status, type ServiceError } from '@grpc/grpc-js';
import { GatewayError, type Network } from '@hyperledger/fabric-gateway';
import { jest } from '@jest/globals';
import type { Connections } from '../client/connections.js';
import type { LedgerEnd } from '../fabric/ledger-queries.js';

/** Gives a client's connections a peer that only says where its ledger of the main channel ends: what `end` says when it is asked; null: it is away. */
export function peerWithLedger(connections: Connections, end: () => LedgerEnd | null): void {
  const evaluate = () => {
    const ledger = end();
    if (ledger === null) return Promise.reject(away());
    const { height, headerHash } = ledger;
    const info = create(common.BlockchainInfoSchema, { height, currentBlockHash: headerHash });
    return Promise.resolve(toBinary(common.BlockchainInfoSchema, info));
  };
  const main = { getName: () => 'main', getContract: () => ({ newProposal: () => ({ evaluate }) }) };
  jest.spyOn(connections, 'main', 'get').mockReturnValue(main as unknown as Network);
}

function away(): GatewayError {
  const details = 'No connection established';
  const code = status.UNAVAILABLE;
  const cause: ServiceError = Object.assign(new Error(details), { code, details, metadata: new Metadata() });
  return new GatewayError({ code, details: [], cause });
}
