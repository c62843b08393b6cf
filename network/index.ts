export * from './config/index.js';
export {
  checkingTimesOf,
  DEFAULT_CHECKING_TIMES,
  type AgreedCycle,
  type CheckingTimes,
} from './checking-times.js';
export { NETWORK_CODES } from './error-codes.js';
export { freePort } from './free-port.js';
export * from './identity/index.js';
export * from './topology.js';
export { completeTopologyText } from './topology-text.js';
export * from './devnet/index.js';
export { parseSettings } from './settings-text.js';
export * from './fabric/index.js';
export * from './channel-update/index.js';
export { allWritten, outliveReaders, printLines } from './print.js';
export { readTextFile, textOfFile } from './text-file.js';
