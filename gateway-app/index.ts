// What programs that capture, trace and verify use.
export { CaptureClient } from './client/capture.js';
export type { Captured } from './client/capture.js';
export { captureDocuments, countOutcomes } from './client/capture-documents.js';
export type {
  CaptureDocument,
  CaptureListeners,
  CaptureOptions,
  CaptureSummary,
  EventOutcome,
} from './client/capture-documents.js';
export { captureFiles } from './client/capture-files.js';
export { checkProcess } from './client/check-nodes.js';
export type { ProcessHealth } from './client/check-nodes.js';
export type { ClientContext } from './client/client-config.js';
export type { CollectedTrace } from './client/collect-trace.js';
export { Connections } from './client/connections.js';
export type { ConnectedNode } from './client/connections.js';
export { defaultDefinitions, defineDomains, readDefinition } from './client/define-domains.js';
export type { Defined } from './client/define-domains.js';
export { recordKeys } from './client/event-keys.js';
export type { Fault } from './client/faults.js';
export { findStates } from './client/find.js';
export { runInOrder } from './client/in-order.js';
export type { KeyedTask } from './client/in-order.js';
export { nodeRows, nodeStatus } from './client/node-rows.js';
export type { NodeRow, NodeStatus } from './client/node-rows.js';
export { placeOrder } from './client/place-order.js';
export type { Placed } from './client/place-order.js';
export { readState } from './client/read-state.js';
export type { ReadState } from './client/read-state.js';
export { readRules } from './client/rules.js';
export { openSession, requireListed } from './client/session.js';
export type { SessionOptions } from './client/session.js';
export { trace } from './client/trace.js';
export { loadTrust, trustPath } from './client/trust.js';
export { verifyOrder } from './client/verify-order.js';
export { GATEWAY_CODES } from './error-codes.js';
export { DEFAULT_DOMAIN_RULES, parseRules, readEpcisFile } from '@cotrace/epcis';
export type { DomainRule } from '@cotrace/epcis';
export { readOrder, readRecordsProof, readTrust, verifyRecords, writeRecordsProof } from '@cotrace/verifier';
export type { Order, Question, RecordsProof, Trust, VerifiedTrace } from '@cotrace/verifier';

// A network on this machine.
export type { BackendName } from './deploy/backends/backend.js';
export { networkDown } from './deploy/local/down.js';
export { networkStatus } from './deploy/local/status.js';
export { networkUp } from './deploy/local/up.js';
export { Workspace } from './workspace/workspace.js';

// What the benchmarks measure.
export { DomainRank, rankEntry } from './business/domain-rank.js';
export { DomainStore, storedEntry } from './business/domain-store.js';
export type { StateEntry } from './business/domain-store.js';
export { bytes, table } from './cli/output.js';
export { Log } from './node/log.js';
export { nodeThreads } from './trie/node-threads.js';
export { loadTrie, saveTrie } from './trie/snapshot.js';
export type { LoadedTrie } from './trie/snapshot.js';
