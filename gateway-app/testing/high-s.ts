import { concat, fromHex, toHex } from '@cotrace/core';

const P256_ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

/** The same signature on P-256 with the other one of its two S, which is high where that of `signature` is low. */
export function highS(signature: Uint8Array): Uint8Array {
  const rLength = signature[3] ?? 0;
  const r = signature.slice(2, 4 + rLength);
  const s = P256_ORDER - BigInt(`0x${toHex(signature.slice(6 + rLength))}`);
  const digits = fromHex(s.toString(16).padStart(66, '0'));
  const content = concat(r, Uint8Array.of(0x02, digits.length), digits);
  return concat(Uint8Array.of(0x30, content.length), content);
}
