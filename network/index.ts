export * from './config/index.js';
export * from './identity/index.js';
export * from './topology.js';
export { completeTopologyText } from './topology-text.js';
export * from './devnet/index.js';
export { parseSettings } from './settings-text.js';
export * from './fabric/index.js';
export { allWritten, outliveReaders, printLines } from './print.js';
export { readTextFile, textOfFile } from './text-file.js';
