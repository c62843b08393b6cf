import { DerReader, TAG } from './der.js';
import { oidText } from './oid.js';
import { stringOf } from './string.js';

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

/** Parses a DER name. Throws `BAD_DER`, `BAD_CERTIFICATE`, `BAD_UTF8`. Source: Go 1.26 crypto/x509 `parseName`. */
export function parseName(raw: Uint8Array): DistinguishedName {
  let commonName = '';
  const organizationalUnits: string[] = [];
  const name = new DerReader(raw, 'name').inside();
  while (!name.empty) {
    const relative = name.inside(TAG.set);
    while (!relative.empty) {
      const attribute = relative.inside();
      const type = oidText(attribute.element(TAG.objectIdentifier).content);
      const value = attribute.any();
      const text = stringOf(value.tag, value.content);
      if (type === COMMON_NAME) commonName = text;
      if (type === ORGANIZATIONAL_UNIT) organizationalUnits.push(text);
    }
  }
  return { raw, commonName, organizationalUnits };
}
