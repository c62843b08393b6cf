import { CotraceError } from '@cotrace/core';
import type { Identity, MspManager, SignedData } from '@cotrace/fabric-model';
import { messageOf } from '../rpc/rpc-error.js';

/** Policies over a peer's own organisation, for what belongs to no channel (core/policy/policy.go). */
export type LocalPolicy = 'Admins' | 'Members';

function denied(policy: LocalPolicy, problem: string, reason: string, cause?: unknown): CotraceError {
  const where = `during channelless check policy with policy [${policy}]`;
  return new CotraceError('ACCESS_DENIED', `${problem} ${where}: [${reason}]`, { policy }, cause);
}

/**
 * Checks that the signer is of the peer's own organisation, and one of its administrators where the policy wants it.
 * `manager` knows that organisation alone. Throws `ACCESS_DENIED`, in Fabric's words.
 */
export function checkLocalAccess(
  manager: MspManager,
  policy: LocalPolicy,
  { identity, data, signature }: SignedData,
): void {
  const signer = deserialize(manager, policy, identity);
  const unsatisfied = (reason: string): CotraceError =>
    denied(policy, "Failed verifying that proposal's creator satisfies local MSP principal", reason);
  const { mspId } = signer;
  const role = policy === 'Admins' ? 'admin' : 'member';
  if (!signer.satisfies({ kind: 'role', mspId, role })) {
    if (!signer.isValid) throw unsatisfied(`The identity is not valid under this MSP [${mspId}]`);
    const reason = `The identity does not contain OU [ADMIN], MSP: [${mspId}]`;
    throw unsatisfied(`The identity is not an admin under this MSP [${mspId}]: ${reason}`);
  }
  if (!manager.verify(signer, data, signature)) {
    throw new CotraceError('ACCESS_DENIED', 'The signature is invalid', { policy, mspId });
  }
}

function deserialize(manager: MspManager, policy: LocalPolicy, identity: Uint8Array): Identity {
  try {
    return manager.deserialize(identity);
  } catch (cause) {
    throw denied(policy, 'Failed deserializing proposal creator', messageOf(cause), cause);
  }
}
