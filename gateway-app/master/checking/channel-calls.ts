import { CotraceError } from '@cotrace/core';
import type { Gateway } from '@hyperledger/fabric-gateway';
import {
  endorseByEach,
  type CallToEndorse,
  type EachEndorser,
  type EndorsedByEach,
} from '../../fabric/endorse-by-each.js';
import type { Log } from '../../node/log.js';

/** A call of a chaincode of a channel. */
export type ChannelCall = Omit<CallToEndorse, 'channel'>;

/** What became of a call. */
export interface CallOutcome extends Pick<EndorsedByEach, 'endorsers' | 'refused' | 'silent'> {
  /** MSP ids of those that endorsed something else. */
  readonly odd: readonly string[];
  /** False where too few endorsed it. */
  readonly isCommitted: boolean;
}

/** A channel on which a master calls the contract that the sidecars serve. */
export interface ChannelCalls {
  /** Has a call endorsed by each; where enough do, submits it and waits until it is committed. Throws `NOT_COMMITTED`. */
  submit(call: ChannelCall, endorsers: EachEndorser): Promise<CallOutcome>;
  /** What a query of the own peer's contract answers. */
  query(chaincode: string, name: string, args: readonly string[]): Promise<Uint8Array>;
}

/** The channel `channel` as the own organisation's peer serves it through `gateway`. */
export function channelCalls(gateway: Gateway, channel: string, own: string, log: Log): ChannelCalls {
  return {
    submit: async (call, endorsers) => {
      const { transaction, ...endorsed } = await endorseByEach(gateway, { ...call, channel }, endorsers);
      for (const { mspId, error } of endorsed.odd) {
        log.often('warn', `odd ${mspId}`, `${call.name} of ${call.chaincode}`, error);
      }
      const outcome = { ...endorsed, odd: endorsed.odd.map(({ mspId }) => mspId) };
      if (transaction === null) return { ...outcome, isCommitted: false };
      const submitted = await transaction.submit();
      const { successful, code, transactionId } = await submitted.getStatus();
      if (successful) return { ...outcome, isCommitted: true };
      throw new CotraceError('NOT_COMMITTED', `${call.name} of ${call.chaincode} was committed as invalid`, {
        code,
        transactionId,
      });
    },
    query: (chaincode, name, args) => {
      const contract = gateway.getNetwork(channel).getContract(chaincode);
      return contract.evaluate(name, { arguments: [...args], endorsingOrganizations: [own] });
    },
  };
}

/** The error of a call that too few endorsed, with what each said. */
export function notEndorsed({ chaincode, name }: ChannelCall, outcome: CallOutcome): CotraceError {
  const { endorsers, odd, refused, silent } = outcome;
  const said = [
    ...refused.map(({ mspId, text }) => `${mspId}: ${text}`),
    ...odd.map((mspId) => `${mspId} endorsed something else`),
    ...silent.map((mspId) => `${mspId} did not answer`),
  ];
  const message = `too few organisations endorsed ${name} of ${chaincode}: ${said.join('; ')}`;
  return new CotraceError('NOT_ENDORSED', message, { endorsers, odd, refused, silent });
}
