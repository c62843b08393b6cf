export { VERIFIER_CODES } from './error-codes.js';
export {
  endorsersOf,
  sealedBoth,
  sealersOf,
  verifySeal,
  type PassedOver,
  type Sealers,
  type SealTerms,
  type VerifiedSeal,
} from './checking/seal.js';
export { readSealingTransaction, type SealingTransaction } from './checking/sealing-transaction.js';
export { attestationBodyOf, type NetworkTerms } from './main-block/attestation-body.js';
export {
  checkAttestation,
  checkStatement,
  judgeAttestations,
  type AttestationTerms,
  type Verdict,
} from './main-block/attestation.js';
export { entryAfter, policyAfter, type KeyEntry } from './main-block/entry-after.js';
export { mainConfig, type MainConfig, type Membership } from './main-block/main-config.js';
export { transactionFacts, type TransactionFacts } from './main-block/transaction-facts.js';
export { validTransaction, type ValidTransaction } from './main-block/valid-transaction.js';
export { lineageLoading, type LoadTraces } from './lineage/loading.js';
export { LINEAGE_LIMITS, lineageSteps, lineageOf } from './lineage/lineage.js';
export type { Reason } from './lineage/reasons.js';
export {
  DIRECTIONS,
  type Direction,
  type LineageAnswer,
  type LineageNeeds,
  type LineageQuestion,
  type ShownEvent,
  type ShownRecord,
  type ShownRow,
  type ShownTraces,
} from './lineage/types.js';
export { checkOrder, type CheckedOrder } from './order/check-order.js';
export { ORDER_DOMAIN, differencesOf, orderEvent, orderId, readOrder, type Order } from './order/order.js';
export { readStoredRecord } from './proof/record-form.js';
export { readTrust, writeTrust, type Trust, type TrustedCheckpoint } from './proof/trust.js';
export {
  attestedBlock,
  requireAfterCheckpoint,
  type AnswerTime,
  type Attested,
} from './proof/attested-block.js';
export { followTransition, followTransitions, requireRising, type ShownBlock } from './proof/transitions.js';
export { valuesWritten } from './proof/values-written.js';
export { verifyStates, type FoundAnswer, type StateQuestion } from './proof/verify-found.js';
export { verify } from './verify.js';
export { checkTip, verifyTips } from './proof/tips.js';
export {
  answerJson,
  type AnsweredDeclaration,
  type AnsweredUnmatched,
  type AnsweredEvent,
  type AnsweredIdentifier,
  type TraceAnswer,
} from './trace-proof/answer.js';
export {
  MAX_EVENTS,
  MAX_NODES,
  MAX_RECORDERS,
  MAX_TRACE_PROOF_BYTES,
  MAX_TRACES,
  readTraceProof,
  writeTraceProof,
} from './trace-proof/proof-file.js';
export { hiddenIn } from './trace-proof/contents.js';
export { rememberedNatures } from './trace-proof/proven-lineage.js';
export { recordTextIn } from './trace-proof/record-text.js';
export { readRowText } from './trace-proof/row-text.js';
export { placeOf, RecordTexts, shownAs, shownEvent } from './trace-proof/shown-texts.js';
export type {
  ProofEvent,
  ProofState,
  ProofTrace,
  ProofTree,
  ShownContent,
  Tip,
  TraceProof,
  TraceQuestion,
  Transition,
} from './trace-proof/types.js';
export { verifyTraceProof } from './trace-proof/verify-trace-proof.js';
