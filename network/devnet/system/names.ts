/** Version that every system chaincode has in read-write sets and responses (core/scc). */
export const SYSTEM_CHAINCODE_VERSION = 'syscc';

/** Namespace of the chaincode lifecycle. */
export const LIFECYCLE = '_lifecycle';

/** Namespace of the lifecycle before Fabric 2.0. */
export const LEGACY_LIFECYCLE = 'lscc';

const SYSTEM_CHAINCODES: ReadonlySet<string> = new Set([LIFECYCLE, 'qscc', 'cscc', LEGACY_LIFECYCLE]);

/** Whether a name is that of a chaincode built into the peer. */
export function isSystemChaincode(name: string): boolean {
  return SYSTEM_CHAINCODES.has(name);
}
