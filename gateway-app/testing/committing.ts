import { utf8 } from '@cotrace/core';
import type { ContractCall, DomainContract } from '../client/wire.js';

/**
 * A chaincode whose transactions are committed in block `block`, unless `refuses` gives the error that its endorsement ends
 * with. The first transaction has the id `abab…01`, and so on.
 */
export function committing(
  block: bigint,
  refuses: (call: ContractCall, number: number) => Promise<Error | null> | Error | null = () => null,
): Pick<DomainContract, 'endorse'> {
  let calls = 0;
  return {
    endorse: async (call) => {
      calls += 1;
      const txId = String(calls).padStart(2, '0').padStart(64, 'ab');
      const error = await refuses(call, calls);
      if (error !== null) throw error;
      const status = { successful: true, transactionId: txId, code: 0, blockNumber: block };
      return {
        txId,
        result: utf8('{"recordId":"ef"}'),
        submit: () => Promise.resolve({ getStatus: () => Promise.resolve(status) }),
      };
    },
  };
}
