import { fromBinary, toBinary } from '@bufbuild/protobuf';
import { CotraceError } from '@cotrace/core';
import { peer } from '@cotrace/fabric-model';
import { messageOf } from '../rpc/rpc-error.js';
import type { Ledger } from '../ledger/types.js';
import type { Invocation, InvokeChaincode, RunningTransaction } from './transaction.js';

/** What calls between chaincodes need of the peer. */
export interface CallContext {
  readonly ledger: (channelId: string) => Ledger | null;
  /** Throws, in Fabric's words, if the proposal's creator may not call this chaincode on that channel. */
  readonly checkCallAccess: (channelId: string, name: string, proposal: peer.SignedProposal) => void;
  readonly invoke: InvokeChaincode;
}

/** Parts of `name[:version][/channel]`, the way a chaincode names another one. The version is ignored. */
export function parseChaincodeName(text: string): { name: string; channelId: string | null } {
  const slash = text.indexOf('/');
  const [name = ''] = (slash < 0 ? text : text.slice(0, slash)).split(':', 1);
  return { name, channelId: slash < 0 || slash === text.length - 1 ? null : text.slice(slash + 1) };
}

/**
 * Serves INVOKE_CHAINCODE. In the caller's channel the callee works on the same simulator under its own
 * namespace; in another channel on one of its own that is thrown away afterwards: nothing that it writes is
 * committed, nothing that it reads is validated. The callee's event is dropped
 * (`HandleInvokeChaincode` of core/chaincode/handler.go).
 */
export async function callChaincode(
  caller: RunningTransaction,
  payload: Uint8Array,
  context: CallContext,
): Promise<Uint8Array> {
  const spec = fromBinary(peer.ChaincodeSpecSchema, payload);
  const target = parseChaincodeName(spec.chaincodeId?.name ?? '');
  const channelId = target.channelId ?? caller.channelId;
  const input = spec.input;
  if (input === undefined) throw new CotraceError('BAD_CALL', 'chaincode input did not contain any input');
  context.checkCallAccess(channelId, target.name, caller.proposal);
  const { txId, proposal, invokedName } = caller;
  if (channelId === caller.channelId) {
    return execute({ channelId, txId, proposal, invokedName, simulator: caller.simulator });
  }
  const ledger = context.ledger(channelId);
  if (ledger === null) {
    throw new CotraceError('CHANNEL_NOT_FOUND', `failed to find ledger for channel: ${channelId}`, {
      channelId,
    });
  }
  const simulator = ledger.simulator(txId);
  try {
    return await execute({ channelId, txId, proposal, invokedName, simulator });
  } finally {
    await simulator.close();
  }

  async function execute(invocation: Invocation): Promise<Uint8Array> {
    try {
      const answer = await context.invoke(invocation, target.name, input as peer.ChaincodeInput);
      return toBinary(peer.ChaincodeMessageSchema, answer);
    } catch (cause) {
      throw new CotraceError(
        'CALL_FAILED',
        `execute failed: ${messageOf(cause)}`,
        { name: target.name, channelId },
        cause,
      );
    }
  }
}
