import { equalBytes } from '../../bytes/bytes.js';

/** Whether two lookups found the same: compared here, since `expect` is slow where there are many. */
export function sameValue(found: Uint8Array | null, wanted: Uint8Array | null): boolean {
  return found === null || wanted === null ? found === wanted : equalBytes(found, wanted);
}
