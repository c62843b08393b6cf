export { bodyOf, provePart, verifyPart, type CheckingBody, type PartProof } from './body.js';
export { HeaderChain, type ChainOrigin, type ChainState, type CycleFacts } from './header-chain.js';
export {
  CHECKING_HEADER_BYTES,
  checkingHeaderHash,
  decodeCheckingHeader,
  encodeCheckingHeader,
  type CheckingHeader,
} from './header.js';
export {
  anchorKey,
  headerKey,
  lateKey,
  latePrefix,
  partKey,
  partPrefix,
  readAnchorKey,
  readHeaderKey,
  readLateKey,
  readPart,
  readPartKey,
  readRulesValue,
  RULES_KEY,
  type LateKind,
} from './keys.js';
export { encodeLateReport, readLateReport, type LateReport } from './late-report.js';
export {
  decodePartLeaf,
  encodeHistoryLeaf,
  encodeIntervalLeaf,
  encodePartLeaf,
  isPartName,
  type IntervalLeaf,
  type PartLeaf,
} from './leaves.js';
export { MAX_LATE_ATTEMPT, MAX_SEALED_HEADERS } from './limits.js';
export { packHeader, unpackHeader, unpackWideHeader } from './packed-header.js';
export { attemptAt, expectedInitiator, inTurnFrom } from './rotation.js';
