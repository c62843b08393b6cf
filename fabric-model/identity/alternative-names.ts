import { MalformedError } from '@cotrace/core';
import type { DerReader } from './der.js';
import { asciiOf } from './string.js';
import { isUri } from './uri.js';

const EMAIL = 0x81;
const DNS = 0x82;
const URI = 0x86;
const IP = 0x87;

/**
 * Whether an alternative names extension holds any name of a kind that Go knows. Throws `BAD_DER`, `BAD_CERTIFICATE`.
 * Source: Go 1.26 crypto/x509 `parseSANExtension`.
 */
export function namesAnybody(reader: DerReader): boolean {
  const names = reader.inside();
  let known = false;
  while (!names.empty) {
    const { tag, content } = names.any();
    switch (tag) {
      case EMAIL:
      case DNS:
        asciiOf(content);
        break;
      case URI:
        if (!isUri(asciiOf(content))) throw badName('a URI that cannot be read');
        break;
      case IP:
        if (content.length !== 4 && content.length !== 16) throw badName('an IP address of a wrong length');
        break;
      default:
        continue;
    }
    known = true;
  }
  return known;
}

function badName(what: string): MalformedError {
  return new MalformedError('BAD_CERTIFICATE', `the certificate has ${what} as an alternative name`);
}
