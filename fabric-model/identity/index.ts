export { parseCertificate, type Certificate } from './certificate.js';
export { orderOf, type CurveName, type HashName } from './curves.js';
export type { EcdsaQuestion, EcdsaVerifier } from './ecdsa.js';
export { Identity, serializeIdentity } from './identity.js';
export { MspManager } from './manager.js';
export { Msp } from './msp.js';
export type { DistinguishedName } from './name.js';
export { decodePem, encodePem, splitPem, type PemBlock } from './pem.js';
export { parsePrincipal, type NodeRole, type Principal } from './principal.js';
export { hostEcdsa } from './host-ecdsa.js';
export { pureEcdsa, pureVerifier } from './pure-ecdsa.js';
export {
  encodeSignature,
  fabricSignature,
  isLowS,
  toLowS,
  verifierBy,
  type SignatureVerifier,
} from './signature.js';
