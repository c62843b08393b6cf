import { sha256 } from '../../hash.js';
import { utf8 } from '../../bytes/bytes.js';
import { encodeAttestationBody, type Attestation, type AttestationBody } from '../attestation.js';
import type { NetworkIdentity } from '../network-id.js';
import type { TipStatement } from '../tip.js';
import type { TransactionLeaf } from '../transaction-leaf.js';

/** A hash that is recognisably of `text`. */
export const hashOf = (text: string): Uint8Array => sha256(utf8(text));

export const exampleNetwork: NetworkIdentity = {
  mainName: 'main',
  mainGenesisHeaderHash: hashOf('main genesis'),
  checkingName: 'checking',
  checkingGenesisHeaderHash: hashOf('checking genesis'),
  c: 1024,
};

export const exampleMembers = [
  { mspId: 'Org1MSP', configHash: hashOf('org1') },
  { mspId: 'Org2MSP', configHash: hashOf('org2') },
  { mspId: 'Org3MSP', configHash: hashOf('org3') },
];

export const exampleLeaf: TransactionLeaf = {
  txNum: 7,
  code: 11,
  txId: '0123456789abcdef'.repeat(4),
  envelopeHash: hashOf('envelope'),
};

export const exampleBody: AttestationBody = {
  rules: 1,
  networkId: hashOf('network'),
  blockNum: 1025n,
  previousHash: hashOf('previous'),
  dataHash: hashOf('data'),
  membership: hashOf('membership'),
  txRoot: hashOf('transactions'),
  txTotal: 128,
  amounts: [
    { domain: '*', amount: 1 },
    { domain: 'processing', amount: 100 },
    { domain: 'production', amount: 28 },
  ],
  trieRoot: hashOf('trie'),
};

export const exampleTip: TipStatement = {
  networkId: hashOf('network'),
  block: 4097n,
  headerHash: hashOf('header'),
  trieRoot: hashOf('trie'),
  unixSeconds: 1_760_000_000n,
  mspId: 'Org1MSP',
  certificate: utf8('a certificate'),
};

export const exampleAttestation: Attestation = {
  body: encodeAttestationBody(exampleBody),
  unixSeconds: 1_760_000_000n,
  mspId: 'Org1MSP',
  certificate: utf8('certificate'),
  signature: utf8('signature'),
};
