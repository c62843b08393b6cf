import { createHash, randomBytes } from 'node:crypto';
import { create, toBinary } from '@bufbuild/protobuf';
import { utf8 } from '@cotrace/core';
import { common, decode, encodeTransaction, endorsedBytes, ledger, peer } from '@cotrace/fabric-model';
import type { SigningIdentity } from '@cotrace/network';
import { otherHalf } from './high-s.js';
import type { TransactionParts } from './parts.js';

/** Whom a forger may speak as. */
export interface Forger {
  user(name: string): SigningIdentity;
  peer(organisation: string): SigningIdentity;
}

/** Alters an honest transaction. */
export type Forgery = (parts: TransactionParts, forger: Forger) => void;

const EMPTY = new Uint8Array();
const GARBAGE = Uint8Array.of(0xff, 0xff, 0xff, 0x01);
/** Group 15 with field 2^28 in it, a number beyond those that messages may have: Go's library skips it. */
const UNKNOWN_GROUP = Uint8Array.of(0x7b, 0x80, 0x80, 0x80, 0x80, 0x10, 0x01, 0x7c);

function flipLastBit(bytes: Uint8Array): Uint8Array {
  const copy = bytes.slice();
  copy[copy.length - 1] = (copy.at(-1) ?? 0) ^ 1;
  return copy;
}

/** The first endorsement, altered. */
function firstEndorsement(change: (endorsement: TransactionParts['endorsements'][number]) => void): Forgery {
  return ({ endorsements: [first] }) => {
    if (first !== undefined) change(first);
  };
}

function endorseAs(parts: TransactionParts, identity: SigningIdentity): void {
  const endorser = identity.serialized;
  const signature = identity.sign(endorsedBytes(parts.responsePayload, endorser));
  parts.endorsements.push({ endorser, signature });
}

/** What forged signatures and endorsers look like; the endorsed payload stays as it is. */
const ENDORSEMENTS: Readonly<Record<string, Forgery>> = {
  'no endorsement': (parts) => {
    parts.endorsements = [];
  },
  'first endorsement only': (parts) => {
    parts.endorsements = parts.endorsements.slice(0, 1);
  },
  'first endorsement twice': (parts) => {
    parts.endorsements = parts.endorsements.slice(0, 1).flatMap((endorsement) => [endorsement, endorsement]);
  },
  'endorsements in reverse': (parts) => {
    parts.endorsements.reverse();
  },
  'endorsement of a bad signature': firstEndorsement((endorsement) => {
    endorsement.signature = flipLastBit(endorsement.signature);
  }),
  'endorsement of no signature': firstEndorsement((endorsement) => {
    endorsement.signature = EMPTY;
  }),
  'endorsement of a high S': firstEndorsement((endorsement) => {
    endorsement.signature = otherHalf(endorsement.signature);
  }),
  'endorser that is garbage': firstEndorsement((endorsement) => {
    endorsement.endorser = GARBAGE;
  }),
  'endorser of another organisation': firstEndorsement((endorsement) => {
    const { idBytes } = decode(common.SerializedIdentitySchema, endorsement.endorser);
    const forged = create(common.SerializedIdentitySchema, { mspid: 'Org2MSP', idBytes });
    endorsement.endorser = toBinary(common.SerializedIdentitySchema, forged);
  }),
  'endorsed by a client': (parts, forger) => {
    parts.endorsements = [];
    endorseAs(parts, forger.user('org1.User1'));
  },
  'endorsed by an administrator too': (parts, forger) => endorseAs(parts, forger.user('org2.Admin')),
  'endorsed by a third': (parts, forger) => endorseAs(parts, forger.peer('org3')),
  'a bad endorsement besides': (parts, forger) => {
    endorseAs(parts, forger.peer('org3'));
    const last = parts.endorsements.at(-1);
    if (last !== undefined) last.signature = flipLastBit(last.signature);
  },
};

/** What a header may claim. */
const HEADERS: Readonly<Record<string, Forgery>> = {
  'another transaction id': ({ channelHeader }) => {
    channelHeader.txId = createHash('sha256').update(randomBytes(8)).digest('hex');
  },
  'no transaction id': ({ channelHeader }) => {
    channelHeader.txId = '';
  },
  'another channel': ({ channelHeader }) => {
    channelHeader.channelId = channelHeader.channelId === 'main' ? 'checking' : 'main';
  },
  'unknown channel': ({ channelHeader }) => {
    channelHeader.channelId = 'nowhere';
  },
  'no channel': ({ channelHeader }) => {
    channelHeader.channelId = '';
  },
  'type 0': ({ channelHeader }) => {
    channelHeader.type = 0;
  },
  'type 1': ({ channelHeader }) => {
    channelHeader.type = 1;
  },
  'type 4': ({ channelHeader }) => {
    channelHeader.type = 4;
  },
  'type 5': ({ channelHeader }) => {
    channelHeader.type = 5;
  },
  'type 6': ({ channelHeader }) => {
    channelHeader.type = 6;
  },
  'type 99': ({ channelHeader }) => {
    channelHeader.type = 99;
  },
  'epoch 1': ({ channelHeader }) => {
    channelHeader.epoch = 1n;
  },
  'version 7': ({ channelHeader }) => {
    channelHeader.version = 7;
  },
  'no timestamp': ({ channelHeader }) => {
    delete channelHeader.timestamp;
  },
  'no extension': ({ channelHeader }) => {
    channelHeader.extension = EMPTY;
  },
  'extension that is garbage': ({ channelHeader }) => {
    channelHeader.extension = GARBAGE;
  },
  'extension of another chaincode': ({ channelHeader }) => {
    const extension = create(peer.ChaincodeHeaderExtensionSchema, { chaincodeId: { name: 'other' } });
    channelHeader.extension = toBinary(peer.ChaincodeHeaderExtensionSchema, extension);
  },
  'no nonce': ({ signatureHeader }) => {
    signatureHeader.nonce = EMPTY;
  },
  'no creator': ({ signatureHeader }) => {
    signatureHeader.creator = EMPTY;
  },
  'another creator': (parts, forger) => {
    const other = forger.user('org2.User1');
    parts.signatureHeader.creator = other.serialized;
    parts.sign = other.sign;
  },
  'another action header': (parts, forger) => {
    const header = create(common.SignatureHeaderSchema, {
      creator: forger.user('org1.User1').serialized,
      nonce: utf8('another'),
    });
    parts.actionHeader = toBinary(common.SignatureHeaderSchema, header);
  },
  'no action header': (parts) => {
    parts.actionHeader = EMPTY;
  },
  'bad signature': (parts) => {
    const { sign } = parts;
    parts.sign = (payload) => flipLastBit(sign(payload));
  },
  'no signature': (parts) => {
    parts.sign = () => EMPTY;
  },
  'high S': (parts) => {
    const { sign } = parts;
    parts.sign = (payload) => otherHalf(sign(payload));
  },
  'signature of another': (parts, forger) => {
    parts.sign = forger.user('org3.User1').sign;
  },
  'creator of the ordering organisation': (parts) => {
    const { idBytes } = decode(common.SerializedIdentitySchema, parts.signatureHeader.creator);
    const forged = create(common.SerializedIdentitySchema, { mspid: 'OrdererMSP', idBytes });
    parts.signatureHeader.creator = toBinary(common.SerializedIdentitySchema, forged);
  },
};

function transactionOf(parts: TransactionParts): peer.Transaction {
  const bytes = encodeTransaction({
    signatureHeader: parts.actionHeader,
    chaincodeProposalPayload: parts.payload,
    responsePayload: parts.responsePayload,
    endorsements: parts.endorsements,
  });
  return decode(peer.TransactionSchema, bytes);
}

function withTransaction(change: (transaction: peer.Transaction) => void): Forgery {
  return (parts) => {
    const transaction = transactionOf(parts);
    change(transaction);
    parts.data = toBinary(peer.TransactionSchema, transaction);
  };
}

/** What a transaction may be made of, as long as Fabric's peers outlive it (see `Generator`). */
const BODIES: Readonly<Record<string, Forgery>> = {
  'two actions': withTransaction((transaction) => {
    transaction.actions.push(...transaction.actions);
  }),
  'another proposal': (parts) => {
    parts.payload = Uint8Array.from([...parts.payload, ...parts.payload]);
  },
  'a group that nobody knows in the payload': (parts) => {
    parts.appended = { payload: UNKNOWN_GROUP };
  },
  'a group that nobody knows in the envelope': (parts) => {
    parts.appended = { envelope: UNKNOWN_GROUP };
  },
  'no proposal': (parts) => {
    parts.payload = EMPTY;
  },
  'no response': (parts) => {
    parts.responsePayload = EMPTY;
  },
};

/** The endorsed action altered, and endorsed again by the same peers: what no honest peer signs. */
function reendorsed(
  change: (action: peer.ChaincodeAction, payload: peer.ProposalResponsePayload) => void,
): Forgery {
  return (parts, forger) => {
    const payload = decode(peer.ProposalResponsePayloadSchema, parts.responsePayload);
    const action = decode(peer.ChaincodeActionSchema, payload.extension);
    const before = payload.extension;
    change(action, payload);
    if (payload.extension === before) payload.extension = toBinary(peer.ChaincodeActionSchema, action);
    parts.responsePayload = toBinary(peer.ProposalResponsePayloadSchema, payload);
    const endorsers = parts.endorsements.map(
      ({ endorser }) => decode(common.SerializedIdentitySchema, endorser).mspid,
    );
    parts.endorsements = [];
    for (const mspId of endorsers) endorseAs(parts, forger.peer(mspId.slice(0, -3).toLowerCase()));
  };
}

type Kv = Parameters<typeof create<typeof ledger.KVRWSetSchema>>[1];

/** Read-write set with other namespaces besides, or in place of what was simulated. */
function withSets(sets: readonly (readonly [string, Kv])[], keep = true): Forgery {
  return reendorsed((action) => {
    const results = decode(ledger.TxReadWriteSetSchema, action.results);
    const more = sets.map(([namespace, set]) =>
      create(ledger.NsReadWriteSetSchema, {
        namespace,
        rwset: toBinary(ledger.KVRWSetSchema, create(ledger.KVRWSetSchema, set)),
      }),
    );
    results.nsRwset = keep ? [...results.nsRwset, ...more] : more;
    action.results = toBinary(ledger.TxReadWriteSetSchema, results);
  });
}

const write = (key: string, value = 'forged', isDelete = false) => ({ key, value: utf8(value), isDelete });

/** What an endorsed payload may hold, where the endorsers themselves forge. */
const RESULTS: Readonly<Record<string, Forgery>> = {
  'altered after it was endorsed': (parts) => {
    const payload = decode(peer.ProposalResponsePayloadSchema, parts.responsePayload);
    const action = decode(peer.ChaincodeActionSchema, payload.extension);
    action.response = create(peer.ResponseSchema, { status: 200, message: 'altered' });
    payload.extension = toBinary(peer.ChaincodeActionSchema, action);
    parts.responsePayload = toBinary(peer.ProposalResponsePayloadSchema, payload);
  },
  'another proposal hash': reendorsed((_action, payload) => {
    payload.proposalHash = flipLastBit(payload.proposalHash);
  }),
  'no proposal hash': reendorsed((_action, payload) => {
    payload.proposalHash = EMPTY;
  }),
  'no chaincode': reendorsed((action) => {
    delete action.chaincodeId;
  }),
  'another chaincode': reendorsed((action) => {
    action.chaincodeId = create(peer.ChaincodeIDSchema, { name: 'pair', version: '1.0' });
  }),
  'another version': reendorsed((action) => {
    action.chaincodeId = create(peer.ChaincodeIDSchema, {
      name: action.chaincodeId?.name ?? '',
      version: '9',
    });
  }),
  'no version': reendorsed((action) => {
    action.chaincodeId = create(peer.ChaincodeIDSchema, { name: action.chaincodeId?.name ?? '' });
  }),
  'response of status 500': reendorsed((action) => {
    action.response = create(peer.ResponseSchema, { status: 500, message: 'no' });
  }),
  'no response in the action': reendorsed((action) => {
    delete action.response;
  }),
  'event of another chaincode': reendorsed((action) => {
    const event = create(peer.ChaincodeEventSchema, { chaincodeId: 'pair', eventName: 'e', txId: 'x' });
    action.events = toBinary(peer.ChaincodeEventSchema, event);
  }),
  'event of another transaction': reendorsed((action) => {
    const chaincodeId = action.chaincodeId?.name ?? '';
    const event = create(peer.ChaincodeEventSchema, { chaincodeId, eventName: 'forged', txId: 'x' });
    action.events = toBinary(peer.ChaincodeEventSchema, event);
  }),
  'event of garbage': reendorsed((action) => {
    action.events = GARBAGE;
  }),
  'no results': reendorsed((action) => {
    action.results = EMPTY;
  }),
  'results of garbage': reendorsed((action) => {
    action.results = GARBAGE;
  }),
};

/** What sets it may hold besides those that were simulated, or in their place. */
export const SETS: Readonly<Record<string, Forgery>> = {
  'set of garbage': reendorsed((action) => {
    const nsRwset = [create(ledger.NsReadWriteSetSchema, { namespace: 'anyone', rwset: GARBAGE })];
    action.results = toBinary(ledger.TxReadWriteSetSchema, create(ledger.TxReadWriteSetSchema, { nsRwset }));
  }),
  'writes of another chaincode': withSets([['pair', { writes: [write('k1')] }]]),
  'metadata of another chaincode': withSets([
    ['pair', { metadataWrites: [{ key: 'k1', entries: [{ name: 'x', value: utf8('y') }] }] }],
  ]),
  'reads of another chaincode': withSets([['pair', { reads: [{ key: 'k1' }] }]]),
  'writes of an unknown chaincode': withSets([['unknown', { writes: [write('k1')] }]]),
  'reads of an unknown chaincode': withSets([['unknown', { reads: [{ key: 'k1' }] }]]),
  'writes of qscc': withSets([['qscc', { writes: [write('k1')] }]]),
  'writes of lscc': withSets([['lscc', { writes: [write('k1')] }]]),
  'writes of the lifecycle': withSets([['_lifecycle', { writes: [write('k1')] }]]),
  'a namespace twice': withSets([
    ['anyone', { writes: [write('k1', 'once')] }],
    ['anyone', { writes: [write('k1', 'twice')] }],
  ]),
  'a namespace without name': withSets([['', { writes: [write('k1')] }]]),
  'keys out of order': withSets(
    [['anyone', { writes: [write('k9', 'late'), write('k1', 'early'), write('k9', 'again')] }]],
    false,
  ),
  'an empty key': withSets([['anyone', { writes: [write('')] }]], false),
  'a deletion with a value': withSets([['anyone', { writes: [write('k2', 'kept?', true)] }]], false),
  'a write of nothing': withSets([['anyone', { writes: [write('k3', '')] }]], false),
  'a read of the wrong version': withSets(
    [['anyone', { reads: [{ key: 'k1', version: { blockNum: 1n, txNum: 77n } }], writes: [write('k4')] }]],
    false,
  ),
  'a range that hides keys': withSets(
    [
      [
        'anyone',
        { rangeQueriesInfo: [{ startKey: 'a', endKey: 'z', itrExhausted: true }], writes: [write('k4')] },
      ],
    ],
    false,
  ),
  'a range of a wrong hash': withSets(
    [
      [
        'anyone',
        {
          rangeQueriesInfo: [
            {
              startKey: 'a',
              endKey: 'z',
              itrExhausted: true,
              readsInfo: {
                case: 'readsMerkleHashes',
                value: { maxDegree: 50, maxLevel: 1, maxLevelHashes: [utf8('hash')] },
              },
            },
          ],
          writes: [write('k4')],
        },
      ],
    ],
    false,
  ),
  'a key policy of garbage': withSets(
    [
      [
        'anyone',
        {
          writes: [write('spoilt')],
          metadataWrites: [{ key: 'spoilt', entries: [{ name: 'VALIDATION_PARAMETER', value: GARBAGE }] }],
        },
      ],
    ],
    false,
  ),
  'metadata of no key': withSets(
    [['anyone', { metadataWrites: [{ key: 'nothing', entries: [{ name: 'x', value: utf8('y') }] }] }]],
    false,
  ),
};

/** Every forgery by its name. */
export const FORGERIES: Readonly<Record<string, Forgery>> = {
  ...ENDORSEMENTS,
  ...HEADERS,
  ...BODIES,
  ...RESULTS,
  ...SETS,
};
