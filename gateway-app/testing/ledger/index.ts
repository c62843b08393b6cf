// Generated ledgers, for what is measured and tested at scale.
export { timeOf } from './block-maker.js';
export { DrivenNodes, type DrivenOptions } from './driven-nodes.js';
export { generatedBlocks, type Making } from './generated-blocks.js';
export type { LedgerBlock, LedgerCall, Workload } from './ledger-call.js';
export { readLedgerFile, writeLedgerFile } from './ledger-file.js';
export { LedgerNetwork } from './ledger-network.js';
export {
  ACTS,
  plainKey,
  plainValue,
  plainWorkload,
  type Act,
  type Phase,
  type PlainSetting,
} from './plain-workload.js';
export { Random } from './random.js';
export { StoredLedger, type LedgerPlan, type LedgerSize } from './stored-ledger.js';
export { storiesAtATime, tracedId, traceWorkload, type TraceSetting } from './trace-workload.js';
