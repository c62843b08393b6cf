import {
  type Approval,
  approvalName,
  approvalWrites,
  approvedPackage,
  approvedParameters,
  type ChaincodeDefinition,
  chaincodeSource,
  decode,
  definitionMetadataKey,
  implicitCollection,
  lifecycle,
  parametersDifference,
} from '@cotrace/fabric-model';
import { LIFECYCLE } from '../names.js';
import {
  currentSequence,
  definitionOf,
  ownState,
  refused,
  result,
  type LifecycleCall,
  type LifecycleFunction,
} from './call.js';
import { definitionFields, requestedDefinition, validateInput } from './parameters.js';

/** Records what the organisation of this peer approves (`ApproveChaincodeDefinitionForOrg` of lifecycle/lifecycle.go). */
// async functions answer alike, whether they read a range or not
// eslint-disable-next-line @typescript-eslint/require-await
export const approve: LifecycleFunction = async (call, bytes) => {
  const args = decode(lifecycle.ApproveChaincodeDefinitionForMyOrgArgsSchema, bytes);
  validateInput(call, args);
  const { name, sequence } = args;
  const current = currentSequence(call, name);
  checkSequence(sequence, current);
  const definition = requestedDefinition(call, args);
  const source = args.source?.Type;
  const packageId = source?.case === 'localPackage' ? source.value.packageId : '';
  const approval = { parameters: definition, packageId };
  if (sequence === current) checkUnchanged(call, definition);
  if (isKnown(call, definition, approval)) {
    throw refused(
      sequence === current
        ? `attempted to redefine the current committed sequence (${current}) for namespace ${name}`
        : `attempted to redefine uncommitted sequence (${sequence}) for namespace ${name} with unchanged content`,
    );
  }
  const collection = implicitCollection(call.context.mspId);
  for (const { key, value } of approvalWrites(name, sequence, approval, ownState(call))) {
    call.simulator.collections.put(LIFECYCLE, collection, key, value);
  }
  return result(lifecycle.ApproveChaincodeDefinitionForMyOrgResultSchema, {});
};

function checkSequence(requested: bigint, current: bigint): void {
  if (requested === 0n && current === 0n)
    throw refused('requested sequence is 0, but first definable sequence number is 1');
  if (requested < current)
    throw refused(`currently defined sequence ${current} is larger than requested sequence ${requested}`);
  if (requested > current + 1n) {
    const next = `is larger than the next available sequence number ${current + 1n}`;
    throw refused(`requested sequence ${requested} ${next}`);
  }
}

/** Who approves what is committed already may choose the package, and nothing else. */
function checkUnchanged(call: LifecycleCall, definition: ChaincodeDefinition): void {
  const { name, sequence } = definition;
  const committed = definitionOf(call, name);
  const difference = committed && parametersDifference(committed, definition);
  if (difference === null) return;
  const attempt = `attempted to redefine the current committed sequence (${sequence}) for namespace ${name}`;
  throw refused(`${attempt} with different parameters: ${difference}`);
}

/** Whether exactly this is approved, so that nothing would be written. Reads the package only if all else is the same. */
function isKnown(call: LifecycleCall, { name, sequence }: ChaincodeDefinition, approval: Approval): boolean {
  const known = approvedParameters(name, sequence, ownState(call));
  if (known === null || parametersDifference(known, approval.parameters) !== null) return false;
  return approvedPackage(name, sequence, ownState(call)) === approval.packageId;
}

function fetchApproved(call: LifecycleCall, name: string, sequence: bigint): Approval | null {
  const parameters = approvedParameters(name, sequence, ownState(call));
  if (parameters === null) return null;
  const packageId = approvedPackage(name, sequence, ownState(call));
  if (packageId !== null) return { parameters, packageId };
  throw refused(`could not fetch chaincode-source metadata for ${approvalName(name, sequence)}`);
}

/** What the organisation of this peer has approved, for a sequence or the newest one. */
// eslint-disable-next-line @typescript-eslint/require-await
export const queryApproved: LifecycleFunction = async (call, bytes) => {
  const { name, sequence: requested } = decode(lifecycle.QueryApprovedChaincodeDefinitionArgsSchema, bytes);
  const sequence = requested === 0n ? newestSequence(call, name) : requested;
  const approval = fetchApproved(call, name, sequence);
  if (approval === null) {
    const which = `(name: '${name}', sequence: '${sequence}') on channel '${call.channel.id}'`;
    throw refused(`could not fetch approved chaincode definition ${which}`);
  }
  return result(lifecycle.QueryApprovedChaincodeDefinitionResultSchema, {
    ...definitionFields(approval.parameters),
    sequence,
    source: chaincodeSource(approval.packageId),
  });
};

function newestSequence(call: LifecycleCall, name: string): bigint {
  const current = currentSequence(call, name);
  const next = approvalName(name, current + 1n);
  return ownState(call)(definitionMetadataKey(next)) === null ? current : current + 1n;
}

/** Everything that the organisation of this peer has approved. */
export const queryAllApproved: LifecycleFunction = async (call, bytes) => {
  decode(lifecycle.QueryApprovedChaincodeDefinitionsArgsSchema, bytes);
  const prefix = definitionMetadataKey('');
  const collection = implicitCollection(call.context.mspId);
  const entries = await call.simulator.collections.entries(LIFECYCLE, collection, prefix);
  const approvedChaincodeDefinitions = entries.flatMap(({ key }) => {
    const [name = '', text = ''] = key.slice(prefix.length).split('#');
    const sequence = BigInt(text);
    const approval = fetchApproved(call, name, sequence);
    return approval === null
      ? []
      : [
          {
            ...definitionFields(approval.parameters),
            name,
            sequence,
            source: chaincodeSource(approval.packageId),
          },
        ];
  });
  return result(lifecycle.QueryApprovedChaincodeDefinitionsResultSchema, { approvedChaincodeDefinitions });
};
