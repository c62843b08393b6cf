import { encodeSignature, parseSignature } from '../../fabric-model/identity/signature.js';

/** Order of P-256. */
const ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

/** The other signature that ECDSA itself takes for the same message; Fabric takes only that of the smaller S. */
export function otherHalf(signature: Uint8Array): Uint8Array {
  const parsed = parseSignature(signature);
  return parsed === null ? signature : encodeSignature({ r: parsed.r, s: ORDER - parsed.s });
}
