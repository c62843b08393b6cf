import { create, toBinary } from '@bufbuild/protobuf';
import { CotraceError, isCotraceError, relayedError } from '@cotrace/core';
import { type ChaincodeDefinition, peer } from '@cotrace/fabric-model';
import {
  endorsementInfo,
  type EndorsementInfo,
  type FindLocalChaincode,
} from '../endorser/endorsement-info.js';
import type { Channel } from '../channel/channel.js';
import type { Simulator } from '../ledger/types.js';
import { messageOf } from '../rpc/rpc-error.js';
import { isSystemChaincode } from '../system/names.js';
import type { SystemContext, SystemInvocation } from '../system/system-chaincode.js';
import { invokeSystemChaincode } from '../system/registry.js';
import type { CallContext } from './call-chaincode.js';
import { ChaincodeConnection, type ChaincodeEndpoint } from './connection.js';
import { signedDataOf } from './signed-data.js';
import type { Invocation } from './transaction.js';

const Type = peer.ChaincodeMessage_Type;
/** Key under which a chaincode that must be initialised keeps the version that was. */
const INITIALIZED_KEY = '\u0000\u{10ffff}initialized';

/** What a chaincode host needs of its peer. Times in milliseconds. */
export interface HostOptions {
  readonly system: SystemContext;
  readonly channel: (channelId: string) => Channel | null;
  readonly findChaincode: FindLocalChaincode;
  readonly executeTimeout: number;
  readonly startupTimeout: number;
}

/**
 * Runs chaincodes for one peer: the built-in ones itself, all others on their servers. There is one stream for each
 * package, as in Fabric, however many names and channels the package is deployed under; a package therefore
 * cannot call itself within a transaction.
 */
export class ChaincodeHost {
  readonly #options: HostOptions;
  readonly #connections = new Map<string, ChaincodeConnection>();
  readonly #context: CallContext;

  constructor(options: HostOptions) {
    this.#options = options;
    this.#context = {
      ledger: (channelId) => options.channel(channelId)?.ledger ?? null,
      checkCallAccess: (channelId, name, proposal) => this.#checkCallAccess(channelId, name, proposal),
      invoke: (invocation, name, input) => this.invoke(invocation, name, input),
    };
  }

  /** Dials a chaincode server now, rather than at the first invocation. */
  connect(endpoint: ChaincodeEndpoint): void {
    this.#connection(endpoint);
  }

  /** Waits until the chaincode server answers. Throws `CHAINCODE_UNREACHABLE`. */
  async ready(endpoint: ChaincodeEndpoint): Promise<void> {
    await this.#connection(endpoint).ready();
  }

  /**
   * Invokes a chaincode on the simulator of `invocation` and gives its COMPLETED or ERROR message
   * (`ChaincodeSupport.Invoke`). Throws, in Fabric's words, where it does not come to an answer.
   */
  async invoke(
    invocation: Invocation,
    name: string,
    input: peer.ChaincodeInput,
  ): Promise<peer.ChaincodeMessage> {
    if (isSystemChaincode(name)) return this.#invokeSystem(invocation, name, input.args);
    const { endpoint, type } = this.#checkInvocation(invocation, name, input);
    const stream = await this.#connection(endpoint).ready();
    try {
      return await stream.execute(invocation, name, input, type);
    } catch (cause) {
      const code = isCotraceError(cause) ? cause.code : 'SENDING_FAILED';
      throw relayedError(code, `error sending: ${messageOf(cause)}`, { name }, cause);
    }
  }

  close(): void {
    for (const connection of this.#connections.values()) connection.close();
    this.#connections.clear();
  }

  async #invokeSystem(
    { channelId, txId, simulator, proposal, invokedName }: Invocation,
    name: string,
    args: readonly Uint8Array[],
  ): Promise<peer.ChaincodeMessage> {
    const invocation: SystemInvocation = {
      channelId,
      txId,
      simulator,
      signed: signedDataOf(proposal),
      invokedName,
    };
    const response = await invokeSystemChaincode(this.#options.system, name, invocation, args);
    return create(peer.ChaincodeMessageSchema, {
      type: Type.COMPLETED,
      payload: toBinary(peer.ResponseSchema, response),
      txid: txId,
      channelId,
    });
  }

  #checkInvocation(
    { channelId, simulator }: Invocation,
    name: string,
    input: peer.ChaincodeInput,
  ): { endpoint: ChaincodeEndpoint; type: peer.ChaincodeMessage_Type } {
    const channel = this.#options.channel(channelId);
    const find = (): EndorsementInfo => {
      try {
        return endorsementInfo(channel?.ledger ?? null, name, simulator, this.#options.findChaincode);
      } catch (cause) {
        const what = `[channel ${channelId}] failed to get chaincode container info for ${name}`;
        throw new CotraceError(
          'INVALID_INVOCATION',
          `invalid invocation: ${what}: ${messageOf(cause)}`,
          { name, channelId },
          cause,
        );
      }
    };
    const { definition, endpoint } = find();
    return { endpoint, type: messageType(definition, name, input, simulator) };
  }

  #connection(endpoint: ChaincodeEndpoint): ChaincodeConnection {
    const { packageId, address } = endpoint;
    const current = this.#connections.get(packageId);
    if (current?.endpoint.address === address) return current;
    current?.close();
    const { executeTimeout, startupTimeout } = this.#options;
    const connection = new ChaincodeConnection(endpoint, {
      context: this.#context,
      executeTimeout,
      startupTimeout,
    });
    this.#connections.set(packageId, connection);
    return connection;
  }

  #checkCallAccess(channelId: string, name: string, proposal: peer.SignedProposal): void {
    if (isSystemChaincode(name)) return;
    const channel = this.#options.channel(channelId);
    if (channel === null) {
      const message = `Failed to get policy manager for channel [${channelId}]`;
      throw new CotraceError('CHANNEL_NOT_FOUND', message, { channelId });
    }
    channel.access.check('peer/ChaincodeToChaincode', signedDataOf(proposal));
  }
}

/** Enforces that a chaincode which asks for it is initialised once per version, and before anything else. */
function messageType(
  { version, initRequired }: ChaincodeDefinition,
  name: string,
  input: peer.ChaincodeInput,
  simulator: Simulator,
): peer.ChaincodeMessage_Type {
  const fail = (text: string): never => {
    throw new CotraceError('INVALID_INVOCATION', `invalid invocation: chaincode '${name}' ${text}`, { name });
  };
  const initialized = initRequired ? simulator.get(name, INITIALIZED_KEY) : null;
  const needsInit = initRequired && Buffer.from(initialized ?? []).toString() !== version;
  if (!input.isInit) {
    if (needsInit) fail('has not been initialized for this version, must call as init first');
    return Type.TRANSACTION;
  }
  if (!initRequired) fail('does not require initialization but called as init');
  if (!needsInit) fail('is already initialized but called as init');
  simulator.put(name, INITIALIZED_KEY, Buffer.from(version));
  return Type.INIT;
}
