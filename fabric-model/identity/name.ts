import { AsnConvert } from '@peculiar/asn1-schema';
import { Name } from '@peculiar/asn1-x509';
import { MalformedError } from '@cotrace/core';

const COMMON_NAME = '2.5.4.3';
const ORGANIZATIONAL_UNIT = '2.5.4.11';

/** A distinguished name of a certificate. */
export interface DistinguishedName {
  /** The DER as received: names are compared by it, never by their text. */
  readonly raw: Uint8Array;
  /** The last common name, '' if there is none. */
  readonly commonName: string;
  /** Organisational units in order, duplicates included. */
  readonly organizationalUnits: readonly string[];
}

/** Parses a DER name. Throws `BAD_CERTIFICATE`. */
export function parseName(raw: Uint8Array): DistinguishedName {
  let name: Name;
  try {
    name = AsnConvert.parse(raw, Name);
  } catch (cause) {
    throw new MalformedError(
      'BAD_CERTIFICATE',
      'a distinguished name of the certificate cannot be read',
      {},
      cause,
    );
  }
  const attributes = [...name].flatMap((relative) => [...relative]);
  const values = (type: string): string[] =>
    attributes.filter((attribute) => attribute.type === type).map(({ value }) => value.toString());
  return {
    raw,
    commonName: values(COMMON_NAME).at(-1) ?? '',
    organizationalUnits: values(ORGANIZATIONAL_UNIT),
  };
}
