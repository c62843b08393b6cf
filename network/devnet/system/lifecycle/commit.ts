import {
  approvalMismatches,
  type ChaincodeDefinition,
  decode,
  definitionMetadataKey,
  definitionWrites,
  implicitCollection,
  lifecycle,
} from '@cotrace/fabric-model';
import { LIFECYCLE } from '../names.js';
import {
  currentSequence,
  definitionOf,
  organisationsOf,
  publicState,
  refused,
  result,
  type LifecycleCall,
  type LifecycleFunction,
} from './call.js';
import { definitionFields, requestedDefinition, validateInput, type DefinitionArgs } from './parameters.js';

/** End of the range of keys that begin with a text of plain characters (lifecycle/ledger_shim.go). */
const ABOVE_TEXT = '\u007f';

/** For each organisation the fields in which its approval differs from a definition: none if it agrees. */
function mismatches(call: LifecycleCall, definition: ChaincodeDefinition): Map<string, string[]> {
  const { name, sequence } = definition;
  const entries = organisationsOf(call).map((mspId): [string, string[]] => {
    const collection = implicitCollection(mspId);
    const getHash = (key: string): Uint8Array | null =>
      call.simulator.collections.getHash(LIFECYCLE, collection, key);
    return [mspId, approvalMismatches(name, sequence, definition, getHash)];
  });
  return new Map(entries);
}

function approvalsOf(found: ReadonlyMap<string, readonly string[]>): Record<string, boolean> {
  return Object.fromEntries([...found].map(([mspId, fields]) => [mspId, fields.length === 0]));
}

/** The definition that is asked for, which must be the next one. */
function nextDefinition(call: LifecycleCall, args: DefinitionArgs): ChaincodeDefinition {
  const next = currentSequence(call, args.name) + 1n;
  if (args.sequence === next) return requestedDefinition(call, args);
  throw refused(`requested sequence is ${args.sequence}, but new definition must be sequence ${next}`);
}

/** Who has approved a definition that may be committed next. */
// async functions answer alike, whether they read a range or not
// eslint-disable-next-line @typescript-eslint/require-await
export const checkReadiness: LifecycleFunction = async (call, bytes) => {
  const args = decode(lifecycle.CheckCommitReadinessArgsSchema, bytes);
  const found = mismatches(call, nextDefinition(call, args));
  const differing = [...found].filter(([, items]) => items.length > 0);
  return result(lifecycle.CheckCommitReadinessResultSchema, {
    approvals: approvalsOf(found),
    mismatches: Object.fromEntries(differing.map(([mspId, items]) => [mspId, { items }])),
  });
};

/**
 * Writes a definition, if the peer's own organisation has approved it: the endorsements of the transaction show that
 * enough others have (`CommitChaincodeDefinition` of lifecycle/scc.go).
 */
// eslint-disable-next-line @typescript-eslint/require-await
export const commit: LifecycleFunction = async (call, bytes) => {
  const args = decode(lifecycle.CommitChaincodeDefinitionArgsSchema, bytes);
  validateInput(call, args);
  const { mspId } = call.context;
  if (!organisationsOf(call).includes(mspId)) {
    const reason = "this peer's org is processing requests for a channel it is not a member of";
    throw refused(`impossibly, ${reason}`);
  }
  const definition = nextDefinition(call, args);
  const found = mismatches(call, definition);
  for (const { key, value } of definitionWrites(definition, publicState(call))) {
    call.simulator.put(LIFECYCLE, key, value);
  }
  if (approvalsOf(found)[mspId] !== true)
    throw refused(`chaincode definition not agreed to by this org (${mspId})`);
  return result(lifecycle.CommitChaincodeDefinitionResultSchema, {});
};

/** A committed definition, and who has approved it. */
// eslint-disable-next-line @typescript-eslint/require-await
export const queryDefinition: LifecycleFunction = async (call, bytes) => {
  const { name } = decode(lifecycle.QueryChaincodeDefinitionArgsSchema, bytes);
  const definition = definitionOf(call, name);
  if (definition === null) throw refused(`namespace ${name} is not defined`, 'NAMESPACE_NOT_DEFINED');
  return result(lifecycle.QueryChaincodeDefinitionResultSchema, {
    ...definitionFields(definition),
    sequence: definition.sequence,
    approvals: approvalsOf(mismatches(call, definition)),
  });
};

/** All committed definitions. */
export const queryDefinitions: LifecycleFunction = async (call, bytes) => {
  decode(lifecycle.QueryChaincodeDefinitionsArgsSchema, bytes);
  const prefix = definitionMetadataKey('');
  const range = call.simulator.range(LIFECYCLE, prefix, `${prefix}${ABOVE_TEXT}`);
  const names: string[] = [];
  for (let entry = await range.next(); entry !== null; entry = await range.next())
    names.push(entry.key.slice(prefix.length));
  await range.close();
  const definitions = names.flatMap((name) => definitionOf(call, name) ?? []);
  return result(lifecycle.QueryChaincodeDefinitionsResultSchema, {
    chaincodeDefinitions: definitions.map((definition) => ({
      ...definitionFields(definition),
      name: definition.name,
      sequence: definition.sequence,
    })),
  });
};
