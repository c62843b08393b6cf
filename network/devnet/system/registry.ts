import type { peer } from '@cotrace/fabric-model';
import { cscc } from './cscc.js';
import { lifecycleChaincode } from './lifecycle/chaincode.js';
import { LIFECYCLE } from './names.js';
import { qscc } from './qscc.js';
import {
  failure,
  type SystemChaincode,
  type SystemContext,
  type SystemInvocation,
} from './system-chaincode.js';

const CHAINCODES: ReadonlyMap<string, SystemChaincode> = new Map([
  [LIFECYCLE, lifecycleChaincode],
  ['qscc', qscc],
  ['cscc', cscc],
]);

/** Invokes a chaincode built into the peer. `lscc`, the lifecycle before Fabric 2, has no functions here. */
export async function invokeSystemChaincode(
  context: SystemContext,
  name: string,
  invocation: SystemInvocation,
  args: readonly Uint8Array[],
): Promise<peer.Response> {
  const chaincode = CHAINCODES.get(name);
  if (chaincode === undefined) return failure(`chaincode '${name}' is not emulated`);
  return chaincode(context, invocation, args);
}
