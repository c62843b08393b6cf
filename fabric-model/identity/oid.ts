import { MalformedError } from '@cotrace/core';

/** Dotted text of the contents of an OBJECT IDENTIFIER. Throws `BAD_DER`. */
export function oidText(content: Uint8Array): string {
  const numbers: bigint[] = [];
  let value = 0n;
  let open = true;
  for (const octet of content) {
    if (open && octet === 0x80) throw badOid(content);
    value = (value << 7n) | BigInt(octet & 0x7f);
    open = octet < 0x80;
    if (!open) continue;
    numbers.push(value);
    value = 0n;
  }
  const [first, ...rest] = numbers;
  if (first === undefined || !open || content.length > 64) {
    throw badOid(content);
  }
  const root = first < 80n ? first / 40n : 2n;
  return [root, first - root * 40n, ...rest].join('.');
}

function badOid(content: Uint8Array): MalformedError {
  return new MalformedError('BAD_DER', 'an object identifier that cannot be read', {
    length: content.length,
  });
}
