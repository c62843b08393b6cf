import { create, toBinary } from '@bufbuild/protobuf';
import { CotraceError } from '@cotrace/core';
import * as common from '../gen/fabric/common_pb.js';
import * as lifecycle from '../gen/fabric/lifecycle_pb.js';
import { decode } from '../wire/decode.js';
import {
  fieldKey,
  metadataKey,
  serializeStructure,
  stateData,
  type GetState,
  type StateWrite,
  type Structure,
} from './serializer.js';

/** A committed chaincode definition. */
export interface ChaincodeDefinition {
  readonly name: string;
  /** 1 for the first definition, one more for each that follows. */
  readonly sequence: bigint;
  readonly version: string;
  readonly endorsementPlugin: string;
  readonly initRequired: boolean;
  readonly validationPlugin: string;
  /** Serialized `ApplicationPolicy`: who must endorse. */
  readonly policyBytes: Uint8Array;
  /** Private data collections; empty for none. */
  readonly collections: common.CollectionConfigPackage;
}

/** Policy that a definition gets where none is given. */
export const DEFAULT_ENDORSEMENT_POLICY = '/Channel/Application/Endorsement';

/** Where `_lifecycle` keeps definitions, and each organisation its approvals. */
export const NAMESPACES = 'namespaces';
/** Go's name of the structure that is stored, and its fields, both in the order of Go's declaration. */
const DATATYPE = 'ChaincodeDefinition';
const FIELDS = ['Sequence', 'EndorsementInfo', 'ValidationInfo', 'Collections'] as const;
type Field = (typeof FIELDS)[number];

/** State key, in `_lifecycle`, of a definition's metadata. Source: Fabric `lifecycle/serializer.go`. */
export function definitionMetadataKey(name: string): string {
  return metadataKey(NAMESPACES, name);
}

/** State key, in `_lifecycle`, of a definition's field. Every endorsed transaction reads the `Sequence`. */
export function definitionFieldKey(name: string, field: Field): string {
  return fieldKey(NAMESPACES, name, field);
}

/** All state keys of a definition. */
export function definitionKeys(name: string): string[] {
  return [definitionMetadataKey(name), ...FIELDS.map((field) => definitionFieldKey(name, field))];
}

/** Serialized `ApplicationPolicy` that refers to a policy of the channel configuration. */
export function channelPolicyReference(path = DEFAULT_ENDORSEMENT_POLICY): Uint8Array {
  return toBinary(
    common.ApplicationPolicySchema,
    create(common.ApplicationPolicySchema, {
      type: { case: 'channelConfigPolicyReference', value: path },
    }),
  );
}

/** Serialized `ApplicationPolicy` that holds a signature policy. */
export function signaturePolicyBytes(policy: common.SignaturePolicyEnvelope): Uint8Array {
  return toBinary(
    common.ApplicationPolicySchema,
    create(common.ApplicationPolicySchema, { type: { case: 'signaturePolicy', value: policy } }),
  );
}

/** A definition with Fabric's defaults: plugins `escc` and `vscc`, the channel's endorsement policy. */
export function defaultDefinition(
  fields: Pick<ChaincodeDefinition, 'name' | 'version' | 'sequence'> & Partial<ChaincodeDefinition>,
): ChaincodeDefinition {
  return {
    endorsementPlugin: 'escc',
    initRequired: false,
    validationPlugin: 'vscc',
    policyBytes: channelPolicyReference(),
    collections: create(common.CollectionConfigPackageSchema),
    ...fields,
  };
}

/**
 * The definition of a chaincode in the state of `_lifecycle`, null if it has none. `get` gives the value
 * of a key. Throws `BAD_PROTOBUF`, `NOT_A_CHAINCODE` where the name is defined as something else.
 * Source: Fabric `lifecycle/lifecycle.go`, ChaincodeDefinitionIfDefined.
 */
export function definitionFromState(name: string, get: GetState): ChaincodeDefinition | null {
  const metadata = get(definitionMetadataKey(name));
  if (metadata === null) return null;
  const { datatype } = decode(lifecycle.StateMetadataSchema, metadata);
  if (datatype !== DATATYPE) {
    throw new CotraceError('NOT_A_CHAINCODE', `${name} is not defined as a chaincode`, { name, datatype });
  }
  return { name, sequence: sequenceFromState(name, get), ...readParameters(name, get) };
}

/** Sequence of a definition, 0 where there is none. */
export function sequenceFromState(name: string, get: GetState): bigint {
  const sequence = readField(name, 'Sequence', get);
  return sequence.case === 'Int64' ? sequence.value : 0n;
}

/** Parts of a definition that organisations approve, beside its name and sequence. */
export type ChaincodeParameters = Omit<ChaincodeDefinition, 'name' | 'sequence'>;

/**
 * What CommitChaincodeDefinition writes in `_lifecycle`, sorted by key: only what differs from the state that `get`
 * reads, by default from an empty one.
 */
export function definitionWrites(definition: ChaincodeDefinition, get: GetState = () => null): StateWrite[] {
  const sequence = { name: 'Sequence', value: stateData({ case: 'Int64', value: definition.sequence }) };
  const structure = { datatype: DATATYPE, fields: [sequence, ...parameterFields(definition)] };
  return serializeStructure(NAMESPACES, definition.name, structure, get);
}

/** The fields that a definition and an approval have in common. */
export function parameterFields(parameters: ChaincodeParameters): Structure['fields'] {
  const { collections, endorsementPlugin, initRequired, policyBytes, validationPlugin, version } = parameters;
  const endorsement = create(lifecycle.ChaincodeEndorsementInfoSchema, {
    version,
    initRequired,
    endorsementPlugin,
  });
  const validation = create(lifecycle.ChaincodeValidationInfoSchema, {
    validationPlugin,
    validationParameter: policyBytes,
  });
  const bytes = (value: Uint8Array): Uint8Array => stateData({ case: 'Bytes', value });
  return [
    {
      name: 'EndorsementInfo',
      value: bytes(toBinary(lifecycle.ChaincodeEndorsementInfoSchema, endorsement)),
    },
    { name: 'ValidationInfo', value: bytes(toBinary(lifecycle.ChaincodeValidationInfoSchema, validation)) },
    { name: 'Collections', value: bytes(toBinary(common.CollectionConfigPackageSchema, collections)) },
  ];
}

/** Reads those fields. Throws `BAD_PROTOBUF`, `NOT_A_CHAINCODE` for a field of another type. */
export function readParameters(name: string, get: GetState): ChaincodeParameters {
  const bytes = (field: Field): Uint8Array => {
    const data = readField(name, field, get);
    if (data.case === 'Bytes') return data.value;
    if (data.case === undefined) return new Uint8Array();
    throw new CotraceError('NOT_A_CHAINCODE', `the field ${field} of ${name} has another type`, { name });
  };
  const endorsement = decode(lifecycle.ChaincodeEndorsementInfoSchema, bytes('EndorsementInfo'));
  const validation = decode(lifecycle.ChaincodeValidationInfoSchema, bytes('ValidationInfo'));
  return {
    version: endorsement.version,
    endorsementPlugin: endorsement.endorsementPlugin,
    initRequired: endorsement.initRequired,
    validationPlugin: validation.validationPlugin,
    policyBytes: validation.validationParameter,
    collections: decode(common.CollectionConfigPackageSchema, bytes('Collections')),
  };
}

function readField(name: string, field: Field, get: GetState): lifecycle.StateData['Type'] {
  return decode(lifecycle.StateDataSchema, get(definitionFieldKey(name, field)) ?? new Uint8Array()).Type;
}
