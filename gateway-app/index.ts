// What programs that capture, trace and verify use.
export { CaptureClient, type Captured } from './client/capture.js';
export {
  captureDocuments,
  type CaptureListeners,
  type CaptureOptions,
  type CaptureSummary,
} from './client/capture-documents.js';
export { captureFiles } from './client/capture-files.js';
export { checkProcess, type ProcessHealth } from './client/check-nodes.js';
export type { ClientContext } from './client/client-config.js';
export type { CollectedTrace } from './client/collect-trace.js';
export { Connections, type ConnectedNode } from './client/connections.js';
export { defaultDefinitions, defineDomains, readDefinition, type Defined } from './client/define-domains.js';
export { recordKeys } from './client/event-keys.js';
export { countOutcomes, type EventOutcome } from './client/event-outcome.js';
export type { Fault } from './client/faults.js';
export { findStates } from './client/find.js';
export { runInOrder, type KeyedTask } from './client/in-order.js';
export { nodeRows, nodeStatus, type NodeRow, type NodeStatus } from './client/node-rows.js';
export { placeOrder, type Placed } from './client/place-order.js';
export { readState, type ReadState } from './client/read-state.js';
export type { CaptureDocument } from './client/read-documents.js';
export { readRules } from './client/rules.js';
export { openSession, requireListed, type SessionOptions } from './client/session.js';
export { trace, type TraceWish } from './client/trace.js';
export { watchTrace, type WatchedTrace } from './client/watch-trace.js';
export { loadTrust, trustPath } from './client/trust.js';
export { tryDocuments, type TriedEvent } from './client/try-documents.js';
export { verifyOrder } from './client/verify-order.js';
export { GATEWAY_CODES } from './error-codes.js';
export { DEFAULT_DOMAIN_RULES, parseRules, readEpcisFile, type DomainRule } from '@cotrace/epcis';
export {
  readOrder,
  readTrust,
  readTraceProof,
  verify,
  writeTraceProof,
  type Order,
  type TraceAnswer,
  type TraceProof,
  type TraceQuestion,
  type Trust,
} from '@cotrace/verifier';

// A network on this machine.
export type { BackendName } from './deploy/backends/backend.js';
export { networkDown } from './deploy/local/down.js';
export { networkStatus } from './deploy/local/status.js';
export { networkUp } from './deploy/local/up.js';
export { Workspace } from './workspace/workspace.js';

// What the benchmarks measure.
export { DomainRank, rankEntry } from './business/domain-rank.js';
export { DomainStore, storedEntry, type StateEntry } from './business/domain-store.js';
export { bytes, table } from './cli/output.js';
export { Log } from './node/log.js';
export { nodeThreads } from './trie/node-threads.js';
export { loadTrie, saveTrie, type LoadedTrie } from './trie/snapshot.js';
