import { create, toBinary, type MessageInitShape } from '@bufbuild/protobuf';
import {
  ApproveChaincodeDefinitionForMyOrgArgsSchema,
  CheckCommitReadinessArgsSchema,
  CheckCommitReadinessResultSchema,
  CommitChaincodeDefinitionArgsSchema,
  QueryChaincodeDefinitionArgsSchema,
  QueryChaincodeDefinitionResultSchema,
  QueryChaincodeDefinitionsArgsSchema,
  QueryChaincodeDefinitionsResultSchema,
} from '../gen/fabric/lifecycle_pb.js';
import { decode } from '../wire/decode.js';
import { chaincodeSource } from './approval.js';

/** A function of `_lifecycle` and its one argument. Source: Fabric `core/chaincode/lifecycle/scc.go`. */
export interface LifecycleCall {
  readonly name: string;
  readonly argument: Uint8Array;
}

/** A definition as organisations approve it and commit it; what is left out takes Fabric's default. */
export type ProposedDefinition = Omit<
  MessageInitShape<typeof CommitChaincodeDefinitionArgsSchema>,
  '$typeName' | '$unknown'
>;

/** Approves a definition for one's own organisation; `packageId` is empty where it does not run the chaincode. */
export function approvalCall(definition: ProposedDefinition, packageId: string): LifecycleCall {
  const args = create(ApproveChaincodeDefinitionForMyOrgArgsSchema, {
    ...definition,
    source: chaincodeSource(packageId),
  });
  return {
    name: 'ApproveChaincodeDefinitionForMyOrg',
    argument: toBinary(ApproveChaincodeDefinitionForMyOrgArgsSchema, args),
  };
}

/** Commits a definition that enough organisations have approved. */
export function commitCall(definition: ProposedDefinition): LifecycleCall {
  const args = create(CommitChaincodeDefinitionArgsSchema, definition);
  return {
    name: 'CommitChaincodeDefinition',
    argument: toBinary(CommitChaincodeDefinitionArgsSchema, args),
  };
}

/** Asks who has approved a definition. */
export function readinessCall(definition: ProposedDefinition): LifecycleCall {
  const args = create(CheckCommitReadinessArgsSchema, definition);
  return { name: 'CheckCommitReadiness', argument: toBinary(CheckCommitReadinessArgsSchema, args) };
}

/** Whether an organisation has approved, by the answer to `readinessCall`. Throws `BAD_PROTOBUF`. */
export function hasApproved(answer: Uint8Array, mspId: string): boolean {
  return decode(CheckCommitReadinessResultSchema, answer).approvals[mspId] === true;
}

/** Asks which definitions are committed on a channel. */
export function definitionsCall(): LifecycleCall {
  const args = create(QueryChaincodeDefinitionsArgsSchema);
  return { name: 'QueryChaincodeDefinitions', argument: toBinary(QueryChaincodeDefinitionsArgsSchema, args) };
}

/** Names of the chaincodes in the answer to `definitionsCall`. Throws `BAD_PROTOBUF`. */
export function committedNames(answer: Uint8Array): string[] {
  const { chaincodeDefinitions } = decode(QueryChaincodeDefinitionsResultSchema, answer);
  return chaincodeDefinitions.map(({ name }) => name);
}

/** Asks for the definition of one chaincode that is committed on a channel. */
export function definitionCall(name: string): LifecycleCall {
  const args = create(QueryChaincodeDefinitionArgsSchema, { name });
  return { name: 'QueryChaincodeDefinition', argument: toBinary(QueryChaincodeDefinitionArgsSchema, args) };
}

/** A definition that is committed on a channel, and who has approved it. */
export interface CommittedDefinition {
  readonly definition: ProposedDefinition & {
    readonly sequence: bigint;
    /** Who must endorse: serialized `ApplicationPolicy`. */
    readonly validationParameter: Uint8Array;
  };
  /** MSP ids of those members of the channel that have approved exactly this. */
  readonly approvedBy: readonly string[];
}

/** The definition of the chaincode `name` in the answer to `definitionCall`. Throws `BAD_PROTOBUF`. */
export function committedDefinition(name: string, answer: Uint8Array): CommittedDefinition {
  const {
    approvals,
    sequence,
    version,
    endorsementPlugin,
    validationPlugin,
    validationParameter,
    ...others
  } = decode(QueryChaincodeDefinitionResultSchema, answer);
  const { collections, initRequired } = others;
  return {
    definition: {
      name,
      sequence,
      version,
      endorsementPlugin,
      validationPlugin,
      validationParameter,
      initRequired,
      ...(collections !== undefined && { collections }),
    },
    approvedBy: Object.keys(approvals).filter((mspId) => approvals[mspId] === true),
  };
}
