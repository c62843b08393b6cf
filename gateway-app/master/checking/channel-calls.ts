import { CotraceError } from '@cotrace/core';
import type { Gateway } from '@hyperledger/fabric-gateway';
import { endorseByEach, type CallByEach } from '../../fabric/endorse-by-each.js';

/** What a call that was committed says of those that were asked. */
export interface Committed {
  /** MSP ids of those that endorsed something else. */
  readonly odd: readonly string[];
}

/** A channel on which a master calls the contract that the sidecars serve. */
export interface ChannelCalls {
  /** Has a call endorsed by each, submits it and waits until it is committed. Throws `NOT_ENDORSED`, `NOT_COMMITTED`. */
  submit(call: CallByEach): Promise<Committed>;
  /** What a query of the own peer's contract answers. */
  query(chaincode: string, name: string, args: readonly string[]): Promise<Uint8Array>;
}

/** The channel `channel` as the own organisation's peer serves it through `gateway`. */
export function channelCalls(gateway: () => Gateway, channel: string, own: string): ChannelCalls {
  return {
    submit: async (call) => {
      const { transaction, odd } = await endorseByEach(gateway(), gateway().getNetwork(channel), call);
      const submitted = await transaction.submit();
      const { successful, code, transactionId } = await submitted.getStatus();
      if (!successful) {
        throw new CotraceError('NOT_COMMITTED', `${call.name} of ${call.chaincode} was committed as invalid`, {
          code,
          transactionId,
        });
      }
      return { odd };
    },
    query: (chaincode, name, args) =>
      gateway()
        .getNetwork(channel)
        .getContract(chaincode)
        .evaluate(name, { arguments: [...args], endorsingOrganizations: [own] }),
  };
}
