import { create, toBinary } from '@bufbuild/protobuf';
import { CotraceError, equalBytes, toHex } from '@cotrace/core';
import * as common from '../gen/fabric/common_pb.js';
import * as lifecycle from '../gen/fabric/lifecycle_pb.js';
import { decode } from '../wire/decode.js';
import {
  definitionMetadataKey,
  NAMESPACES,
  parameterFields,
  readParameters,
  type ChaincodeParameters,
} from './definition.js';
import {
  fieldKey,
  metadataKey,
  serializeStructure,
  stateData,
  structureMismatches,
  type GetState,
  type StateWrite,
} from './serializer.js';

/** Where an organisation keeps which package it runs for a definition. */
const SOURCES = 'chaincode-sources';
/** Go's names of the structures that are stored. */
const PARAMETERS = 'ChaincodeParameters';
const LOCAL_PACKAGE = 'ChaincodeLocalPackage';
const IMPLICIT_COLLECTION = '_implicit_org_';

/** What an organisation has approved, for one name and sequence. */
export interface Approval {
  readonly parameters: ChaincodeParameters;
  /** '' for none: the organisation does not run the chaincode. */
  readonly packageId: string;
}

/** How arguments and results of `_lifecycle` name a package; '' for none. */
export function chaincodeSource(packageId: string): lifecycle.ChaincodeSource {
  const source = create(lifecycle.ChaincodeSourceSchema, { Type: { case: 'unavailable', value: {} } });
  if (packageId === '') return source;
  const local = create(lifecycle.ChaincodeSource_LocalSchema, { packageId });
  return { ...source, Type: { case: 'localPackage', value: local } };
}

/** Name of the private collection that every organisation has in `_lifecycle` without its being defined. */
export function implicitCollection(mspId: string): string {
  return `${IMPLICIT_COLLECTION}${mspId}`;
}

/** Organisation of such a collection; null for another one. Source: Fabric `implicitcollection`. */
export function implicitCollectionOf(collection: string): string | null {
  return collection.startsWith(IMPLICIT_COLLECTION) ? collection.slice(IMPLICIT_COLLECTION.length) : null;
}

/** Name under which an organisation keeps its approval of a definition. */
export function approvalName(name: string, sequence: bigint): string {
  return `${name}#${sequence}`;
}

/**
 * What ApproveChaincodeDefinitionForMyOrg writes in the organisation's implicit collection, whose state `get` reads.
 * Source: Fabric `lifecycle/lifecycle.go`, ApproveChaincodeDefinitionForOrg.
 */
export function approvalWrites(
  name: string,
  sequence: bigint,
  { parameters, packageId }: Approval,
  get: GetState,
): StateWrite[] {
  const privateName = approvalName(name, sequence);
  const value = stateData({ case: 'String', value: packageId });
  return [
    ...serializeStructure(
      NAMESPACES,
      privateName,
      { datatype: PARAMETERS, fields: parameterFields(parameters) },
      get,
    ),
    ...serializeStructure(
      SOURCES,
      privateName,
      { datatype: LOCAL_PACKAGE, fields: [{ name: 'PackageID', value }] },
      get,
    ),
  ];
}

/**
 * Fields in which the approval of an organisation, known by its hashes, differs from a definition; empty if the
 * organisation has approved exactly that.
 */
export function approvalMismatches(
  name: string,
  sequence: bigint,
  parameters: ChaincodeParameters,
  getHash: GetState,
): string[] {
  const structure = { datatype: PARAMETERS, fields: parameterFields(parameters) };
  return structureMismatches(NAMESPACES, approvalName(name, sequence), structure, getHash);
}

/** The parameters that an organisation has approved, null for none. Throws `NOT_A_CHAINCODE`. */
export function approvedParameters(
  name: string,
  sequence: bigint,
  get: GetState,
): ChaincodeParameters | null {
  const privateName = approvalName(name, sequence);
  const metadata = get(definitionMetadataKey(privateName));
  if (metadata === null) return null;
  checkDatatype(metadata, PARAMETERS, 'parameters');
  return readParameters(privateName, get);
}

/** The package that an organisation has approved; null if it has approved nothing. Throws `NOT_A_CHAINCODE`. */
export function approvedPackage(name: string, sequence: bigint, get: GetState): string | null {
  const privateName = approvalName(name, sequence);
  const metadata = get(metadataKey(SOURCES, privateName));
  if (metadata === null) return null;
  checkDatatype(metadata, LOCAL_PACKAGE, 'local package');
  const stored = get(fieldKey(SOURCES, privateName, 'PackageID')) ?? new Uint8Array();
  const { Type: data } = decode(lifecycle.StateDataSchema, stored);
  return data.case === 'String' ? data.value : '';
}

function checkDatatype(metadata: Uint8Array, expected: string, what: string): void {
  const { datatype } = decode(lifecycle.StateMetadataSchema, metadata);
  if (datatype === expected) return;
  throw new CotraceError('NOT_A_CHAINCODE', `not a chaincode ${what} type: ${datatype}`, { datatype });
}

/**
 * How parameters differ from those expected, in Fabric's words; null if they are equal.
 * Source: Fabric `lifecycle/lifecycle.go`, ChaincodeParameters.Equal.
 */
export function parametersDifference(
  expected: ChaincodeParameters,
  passed: ChaincodeParameters,
): string | null {
  const texts = [
    ['Version', expected.version, passed.version],
    ['EndorsementPlugin', expected.endorsementPlugin, passed.endorsementPlugin],
    ['InitRequired', String(expected.initRequired), String(passed.initRequired)],
    ['ValidationPlugin', expected.validationPlugin, passed.validationPlugin],
    ['ValidationParameter', toHex(expected.policyBytes), toHex(passed.policyBytes)],
  ] as const;
  for (const [field, wanted, given] of texts) {
    if (wanted !== given) return `expected ${field} '${wanted}' does not match passed ${field} '${given}'`;
  }
  const collections = ({ collections: value }: ChaincodeParameters): Uint8Array =>
    toBinary(common.CollectionConfigPackageSchema, value);
  return equalBytes(collections(expected), collections(passed)) ? null : 'Collections do not match';
}
