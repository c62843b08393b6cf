import type { Timestamp as TimestampMessage } from '@bufbuild/protobuf/wkt';
import type * as common from '../gen/fabric/common_pb.js';
import type * as ledger from '../gen/fabric/ledger_pb.js';
import type * as peer from '../gen/fabric/peer_pb.js';
import { form } from './form.js';

// The messages between an envelope and what its transaction writes. `forms.test.ts` holds each to the library's descriptor
// of the same message.

const Timestamp = form<TimestampMessage>('google.protobuf.Timestamp', {
  seconds: [1, 'int64'],
  nanos: [2, 'int32'],
});
const Header = form<common.Header>('common.Header', {
  channelHeader: [1, 'bytes'],
  signatureHeader: [2, 'bytes'],
});
export const Envelope = form<common.Envelope>('common.Envelope', {
  payload: [1, 'bytes'],
  signature: [2, 'bytes'],
});
export const Payload = form<common.Payload>('common.Payload', { header: [1, Header], data: [2, 'bytes'] });
export const ChannelHeader = form<common.ChannelHeader>('common.ChannelHeader', {
  type: [1, 'int32'],
  version: [2, 'int32'],
  timestamp: [3, Timestamp],
  channelId: [4, 'string'],
  txId: [5, 'string'],
  epoch: [6, 'uint64'],
  extension: [7, 'bytes'],
  tlsCertHash: [8, 'bytes'],
});
export const SignatureHeader = form<common.SignatureHeader>('common.SignatureHeader', {
  creator: [1, 'bytes'],
  nonce: [2, 'bytes'],
});

const ChaincodeID = form<peer.ChaincodeID>('protos.ChaincodeID', {
  path: [1, 'string'],
  name: [2, 'string'],
  version: [3, 'string'],
});
const ChaincodeInput = form<peer.ChaincodeInput>('protos.ChaincodeInput', {
  args: [1, { listOf: 'bytes' }],
  decorations: [2, 'bytesByText'],
  isInit: [3, 'bool'],
});
const ChaincodeSpec = form<peer.ChaincodeSpec>('protos.ChaincodeSpec', {
  type: [1, 'enum'],
  chaincodeId: [2, ChaincodeID],
  input: [3, ChaincodeInput],
  timeout: [4, 'int32'],
});
const Response = form<peer.Response>('protos.Response', {
  status: [1, 'int32'],
  message: [2, 'string'],
  payload: [3, 'bytes'],
});
const Endorsement = form<peer.Endorsement>('protos.Endorsement', {
  endorser: [1, 'bytes'],
  signature: [2, 'bytes'],
});
const TransactionAction = form<peer.TransactionAction>('protos.TransactionAction', {
  header: [1, 'bytes'],
  payload: [2, 'bytes'],
});
const ChaincodeEndorsedAction = form<peer.ChaincodeEndorsedAction>('protos.ChaincodeEndorsedAction', {
  proposalResponsePayload: [1, 'bytes'],
  endorsements: [2, { listOf: Endorsement }],
});
export const ChaincodeInvocationSpec = form<peer.ChaincodeInvocationSpec>('protos.ChaincodeInvocationSpec', {
  chaincodeSpec: [1, ChaincodeSpec],
});
export const ChaincodeEvent = form<peer.ChaincodeEvent>('protos.ChaincodeEvent', {
  chaincodeId: [1, 'string'],
  txId: [2, 'string'],
  eventName: [3, 'string'],
  payload: [4, 'bytes'],
});
export const ChaincodeHeaderExtension = form<peer.ChaincodeHeaderExtension>(
  'protos.ChaincodeHeaderExtension',
  {
    chaincodeId: [2, ChaincodeID],
  },
);
export const ChaincodeProposalPayload = form<peer.ChaincodeProposalPayload>(
  'protos.ChaincodeProposalPayload',
  {
    input: [1, 'bytes'],
    TransientMap: [2, 'bytesByText'],
  },
);
export const ChaincodeAction = form<peer.ChaincodeAction>('protos.ChaincodeAction', {
  results: [1, 'bytes'],
  events: [2, 'bytes'],
  response: [3, Response],
  chaincodeId: [4, ChaincodeID],
});
export const ProposalResponsePayload = form<peer.ProposalResponsePayload>('protos.ProposalResponsePayload', {
  proposalHash: [1, 'bytes'],
  extension: [2, 'bytes'],
});
export const Transaction = form<peer.Transaction>('protos.Transaction', {
  actions: [1, { listOf: TransactionAction }],
});
export const ChaincodeActionPayload = form<peer.ChaincodeActionPayload>('protos.ChaincodeActionPayload', {
  chaincodeProposalPayload: [1, 'bytes'],
  action: [2, ChaincodeEndorsedAction],
});

const Version = form<ledger.Version>('ledger.Version', { blockNum: [1, 'uint64'], txNum: [2, 'uint64'] });
const KVRead = form<ledger.KVRead>('ledger.KVRead', { key: [1, 'string'], version: [2, Version] });
const KVWrite = form<ledger.KVWrite>('ledger.KVWrite', {
  key: [1, 'string'],
  isDelete: [2, 'bool'],
  value: [3, 'bytes'],
});
const KVMetadataEntry = form<ledger.KVMetadataEntry>('ledger.KVMetadataEntry', {
  name: [1, 'string'],
  value: [2, 'bytes'],
});
const KVMetadataWrite = form<ledger.KVMetadataWrite>('ledger.KVMetadataWrite', {
  key: [1, 'string'],
  entries: [2, { listOf: KVMetadataEntry }],
});
const QueryReads = form<ledger.QueryReads>('ledger.QueryReads', { kvReads: [1, { listOf: KVRead }] });
const QueryReadsMerkleSummary = form<ledger.QueryReadsMerkleSummary>('ledger.QueryReadsMerkleSummary', {
  maxDegree: [1, 'uint32'],
  maxLevel: [2, 'uint32'],
  maxLevelHashes: [3, { listOf: 'bytes' }],
});
const RangeQueryInfo = form<ledger.RangeQueryInfo>('ledger.RangeQueryInfo', {
  startKey: [1, 'string'],
  endKey: [2, 'string'],
  itrExhausted: [3, 'bool'],
  readsInfo: { rawReads: [4, QueryReads], readsMerkleHashes: [5, QueryReadsMerkleSummary] },
});
const KVReadHash = form<ledger.KVReadHash>('ledger.KVReadHash', {
  keyHash: [1, 'bytes'],
  version: [2, Version],
});
const KVWriteHash = form<ledger.KVWriteHash>('ledger.KVWriteHash', {
  keyHash: [1, 'bytes'],
  isDelete: [2, 'bool'],
  valueHash: [3, 'bytes'],
  isPurge: [4, 'bool'],
});
const KVMetadataWriteHash = form<ledger.KVMetadataWriteHash>('ledger.KVMetadataWriteHash', {
  keyHash: [1, 'bytes'],
  entries: [2, { listOf: KVMetadataEntry }],
});
const CollectionHashedReadWriteSet = form<ledger.CollectionHashedReadWriteSet>(
  'ledger.CollectionHashedReadWriteSet',
  { collectionName: [1, 'string'], hashedRwset: [2, 'bytes'], pvtRwsetHash: [3, 'bytes'] },
);
const NsReadWriteSet = form<ledger.NsReadWriteSet>('ledger.NsReadWriteSet', {
  namespace: [1, 'string'],
  rwset: [2, 'bytes'],
  collectionHashedRwset: [3, { listOf: CollectionHashedReadWriteSet }],
});
export const TxReadWriteSet = form<ledger.TxReadWriteSet>('ledger.TxReadWriteSet', {
  dataModel: [1, 'enum'],
  nsRwset: [2, { listOf: NsReadWriteSet }],
});
export const KVRWSet = form<ledger.KVRWSet>('ledger.KVRWSet', {
  reads: [1, { listOf: KVRead }],
  rangeQueriesInfo: [2, { listOf: RangeQueryInfo }],
  writes: [3, { listOf: KVWrite }],
  metadataWrites: [4, { listOf: KVMetadataWrite }],
});
export const HashedRWSet = form<ledger.HashedRWSet>('ledger.HashedRWSet', {
  hashedReads: [1, { listOf: KVReadHash }],
  hashedWrites: [2, { listOf: KVWriteHash }],
  metadataWrites: [3, { listOf: KVMetadataWriteHash }],
});
