import { MalformedError } from '@cotrace/core';

/** What the next seven bits would carry beyond Go's greatest part, 2^31 - 1. */
const FULL = 2 ** 24;

/**
 * Dotted text of the contents of an OBJECT IDENTIFIER: parts below 2^31, each in its shortest form, any number of them.
 * Throws `BAD_DER`. Source: golang.org/x/crypto/cryptobyte `ReadASN1ObjectIdentifier`.
 */
export function oidText(content: Uint8Array): string {
  const parts: string[] = [];
  let value = 0;
  let open = false;
  for (const octet of content) {
    if ((!open && octet === 0x80) || value >= FULL) throw badOid(content);
    value = value * 128 + (octet & 0x7f);
    open = octet >= 0x80;
    if (open) continue;
    parts.push(parts.length === 0 ? firstParts(value) : String(value));
    value = 0;
  }
  if (open || parts.length === 0) throw badOid(content);
  return parts.join('.');
}

/** Checks the form of an object identifier alone: parts of any size are good. Throws `BAD_DER`. Source: Go crypto/x509 `newOIDFromDER`. */
export function checkOid(content: Uint8Array): void {
  let open = true;
  for (let i = 0; i < content.length; i++) {
    const octet = content[i] ?? 0;
    if (octet === 0x80 && (i === 0 || !open)) throw badOid(content);
    open = octet >= 0x80;
  }
  if (open) throw badOid(content);
}

/** The first number of the encoding holds two parts. */
function firstParts(value: number): string {
  const root = Math.min(Math.floor(value / 40), 2);
  return `${root}.${value - root * 40}`;
}

function badOid(content: Uint8Array): MalformedError {
  return new MalformedError('BAD_DER', 'an object identifier that cannot be read', {
    length: content.length,
  });
}
