import type * as common from '../gen/fabric/common_pb.js';
import { form } from './form.js';

// The messages that say who an organisation's peers are. `forms.test.ts` holds each to the library's descriptor of the same
// message.

export const SerializedIdentity = form<common.SerializedIdentity>('common.SerializedIdentity', {
  mspid: [1, 'string'],
  idBytes: [2, 'bytes'],
});

const KeyInfo = form<common.KeyInfo>('common.KeyInfo', {
  keyIdentifier: [1, 'string'],
  keyMaterial: [2, 'bytes'],
});
const SigningIdentityInfo = form<common.SigningIdentityInfo>('common.SigningIdentityInfo', {
  publicSigner: [1, 'bytes'],
  privateSigner: [2, KeyInfo],
});
const FabricOUIdentifier = form<common.FabricOUIdentifier>('common.FabricOUIdentifier', {
  certificate: [1, 'bytes'],
  organizationalUnitIdentifier: [2, 'string'],
});
const FabricCryptoConfig = form<common.FabricCryptoConfig>('common.FabricCryptoConfig', {
  signatureHashFamily: [1, 'string'],
  identityIdentifierHashFunction: [2, 'string'],
});
const FabricNodeOUs = form<common.FabricNodeOUs>('common.FabricNodeOUs', {
  enable: [1, 'bool'],
  clientOuIdentifier: [2, FabricOUIdentifier],
  peerOuIdentifier: [3, FabricOUIdentifier],
  adminOuIdentifier: [4, FabricOUIdentifier],
  ordererOuIdentifier: [5, FabricOUIdentifier],
});
export const FabricMSPConfig = form<common.FabricMSPConfig>('common.FabricMSPConfig', {
  name: [1, 'string'],
  rootCerts: [2, { listOf: 'bytes' }],
  intermediateCerts: [3, { listOf: 'bytes' }],
  admins: [4, { listOf: 'bytes' }],
  revocationList: [5, { listOf: 'bytes' }],
  signingIdentity: [6, SigningIdentityInfo],
  organizationalUnitIdentifiers: [7, { listOf: FabricOUIdentifier }],
  cryptoConfig: [8, FabricCryptoConfig],
  tlsRootCerts: [9, { listOf: 'bytes' }],
  tlsIntermediateCerts: [10, { listOf: 'bytes' }],
  fabricNodeOus: [11, FabricNodeOUs],
});
