import { create, toBinary, type DescMessage, type MessageInitShape } from '@bufbuild/protobuf';
import { compareBytes, CotraceError, type ErrorCode, utf8 } from '@cotrace/core';
import {
  type ChaincodeDefinition,
  definitionFromState,
  type GetState,
  implicitCollection,
  sequenceFromState,
} from '@cotrace/fabric-model';
import type { Channel } from '../../channel/channel.js';
import type { Simulator } from '../../ledger/types.js';
import { LIFECYCLE } from '../names.js';
import type { SystemContext } from '../system-chaincode.js';

/** A call of `_lifecycle` in a channel. */
export interface LifecycleCall {
  readonly context: SystemContext;
  readonly channel: Channel;
  readonly simulator: Simulator;
}

/** A function of `_lifecycle`: serialized arguments in, serialized result out. */
export type LifecycleFunction = (call: LifecycleCall, args: Uint8Array) => Promise<Uint8Array>;

/** The error with which a function refuses; the message is Fabric's. */
export function refused(message: string, code: ErrorCode = 'LIFECYCLE_REFUSED'): CotraceError {
  return new CotraceError(code, message);
}

/** Serialized result. */
export function result<Desc extends DescMessage>(schema: Desc, fields: MessageInitShape<Desc>): Uint8Array {
  return toBinary(schema, create(schema, fields));
}

/** Reads the public state of `_lifecycle`. */
export function publicState({ simulator }: LifecycleCall): GetState {
  return (key) => simulator.get(LIFECYCLE, key);
}

/** Reads the approvals of the peer's own organisation. */
export function ownState({ simulator, context }: LifecycleCall): GetState {
  const collection = implicitCollection(context.mspId);
  return (key) => simulator.collections.get(LIFECYCLE, collection, key);
}

/** The committed definition of a chaincode. */
export function definitionOf(call: LifecycleCall, name: string): ChaincodeDefinition | null {
  return definitionFromState(name, publicState(call));
}

/** Sequence of the committed definition, 0 without one: reads nothing else of it. */
export function currentSequence(call: LifecycleCall, name: string): bigint {
  return sequenceFromState(name, publicState(call));
}

/** MSP ids of the channel's organisations, in the order of the bytes of their names. */
export function organisationsOf({ channel }: LifecycleCall): string[] {
  const mspIds = channel.ledger.config.applicationOrgs.map(({ mspId }) => mspId);
  return [...new Set(mspIds)].sort((a, b) => compareBytes(utf8(a), utf8(b)));
}
