import { encodeAttestationBody } from '@cotrace/core';
import { headerHash } from '@cotrace/fabric-model';
import type { LedgerEnd } from '../fabric/ledger-queries.js';
import type { MasterAnswers } from './fake-network.js';

const HASH = new Uint8Array(32).fill(7);
/** What masters attest of block 4; before and after a capture, a client compares its hash alone. */
const body = encodeAttestationBody({
  networkId: HASH,
  rules: 1,
  blockNum: 4n,
  previousHash: HASH,
  dataHash: HASH,
  membership: HASH,
  txRoot: HASH,
  txTotal: 0,
  amounts: [],
  trieRoot: HASH,
});
const masterOf = (mspId: string): MasterAnswers => ({
  traceHeads: ({ traceIds }) => Promise.resolve({ traces: traceIds.map((traceId) => ({ traceId })) }),
  attestationsOf: () => Promise.resolve({ attestations: [{ body, mspId }] }),
});

/** Three masters that attest block 4 of a ledger, and know no record. */
export const attestingMasters = {
  'org1.master': masterOf('org1MSP'),
  'org2.master': masterOf('org2MSP'),
  'org3.master': masterOf('org3MSP'),
};
/** The end of the ledger that they attest. */
export const ATTESTED: LedgerEnd = { height: 5n, headerHash: headerHash(4n, HASH, HASH) };
/** The end of another one of the same height. */
export const OTHER: LedgerEnd = { height: 5n, headerHash: HASH };
