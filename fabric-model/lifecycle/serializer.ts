import { create, toBinary } from '@bufbuild/protobuf';
import { equalBytes, sha256 } from '@cotrace/core';
import * as lifecycle from '../gen/fabric/lifecycle_pb.js';
import { compareUtf8 } from '../transaction/key-order.js';
import { decode } from '../wire/decode.js';

/** Value of a state key, null if absent. Every call may be recorded as a read. */
export type GetState = (key: string) => Uint8Array | null;

/** A key and what is written there. */
export interface StateWrite {
  readonly key: string;
  readonly value: Uint8Array;
}

/** A Go structure as `_lifecycle` keeps it: its name, and its fields in the order of their declaration. */
export interface Structure {
  readonly datatype: string;
  readonly fields: readonly { readonly name: string; readonly value: Uint8Array }[];
}

/** State key of a structure's metadata. */
export function metadataKey(namespace: string, name: string): string {
  return `${namespace}/metadata/${name}`;
}

/** State key of a structure's field. */
export function fieldKey(namespace: string, name: string, field: string): string {
  return `${namespace}/fields/${name}/${field}`;
}

/** Serialized `StateData`. */
export function stateData(type: lifecycle.StateData['Type']): Uint8Array {
  return toBinary(lifecycle.StateDataSchema, create(lifecycle.StateDataSchema, { Type: type }));
}

function metadataOf({ datatype, fields }: Structure): Uint8Array {
  const names = fields.map(({ name }) => name);
  const metadata = create(lifecycle.StateMetadataSchema, { datatype, fields: names });
  return toBinary(lifecycle.StateMetadataSchema, metadata);
}

/**
 * What has to be written so that the state holds a structure, sorted by key: only what differs. Reads the metadata and,
 * where there is one, the fields that it names. Source: Fabric `lifecycle/serializer.go`, Serialize.
 */
export function serializeStructure(
  namespace: string,
  name: string,
  structure: Structure,
  get: GetState,
): StateWrite[] {
  const key = metadataKey(namespace, name);
  const stored = get(key);
  const known = stored === null ? [] : decode(lifecycle.StateMetadataSchema, stored).fields;
  const before = new Map(known.map((field) => [field, get(fieldKey(namespace, name, field))]));
  const metadata = metadataOf(structure);
  const writes = structure.fields
    .filter((field) => {
      const current = before.get(field.name) ?? null;
      return current === null || !equalBytes(current, field.value);
    })
    .map((field) => ({ key: fieldKey(namespace, name, field.name), value: field.value }));
  const isKnown = stored !== null && equalBytes(stored, metadata);
  return [...(isKnown ? [] : [{ key, value: metadata }]), ...writes].sort((a, b) =>
    compareUtf8(a.key, b.key),
  );
}

/**
 * Which fields of a structure are not in a state of which only hashes are known, in their order; the name of the
 * structure if even its metadata is not there. Empty: the state holds exactly this structure.
 * Source: Fabric `lifecycle/serializer.go`, IsSerialized.
 */
export function structureMismatches(
  namespace: string,
  name: string,
  structure: Structure,
  getHash: GetState,
): string[] {
  const matches = (hash: Uint8Array | null, value: Uint8Array): boolean =>
    hash !== null && equalBytes(hash, sha256(value));
  const metadata = getHash(metadataKey(namespace, name));
  const fields = structure.fields.map((field) => ({
    ...field,
    hash: getHash(fieldKey(namespace, name, field.name)),
  }));
  if (!matches(metadata, metadataOf(structure))) return [structure.datatype];
  return fields.filter(({ hash, value }) => !matches(hash, value)).map((field) => field.name);
}
