import type { Attestation } from '../gen/cotrace/cotrace_pb.js';
import type { MasterStore } from './master-store.js';
import { MAX_VALUE_BYTES } from './limits.js';

/**
 * What a master has of what was attested of blocks that it has reached: its own attestations, then those of others, block by
 * block, as many as an answer has room for.
 */
export async function attestationsOf(
  store: Pick<MasterStore, 'attestation' | 'kept'>,
  blocks: readonly bigint[],
): Promise<Attestation[]> {
  const found = blocks.map((blockNum) => store.attestation(blockNum));
  let room = MAX_VALUE_BYTES - found.reduce((sum, own) => sum + sizeOf(own), 0);
  for (const [i, blockNum] of blocks.entries()) {
    const body = found[i]?.body ?? new Uint8Array();
    for (const other of await store.kept.of(blockNum, body)) {
      room -= sizeOf(other);
      if (room < 0) return found;
      found.push(other);
    }
  }
  return found;
}

/** Its fields, with what their names and lengths take. */
function sizeOf({ body, certificate, signature, mspId }: Attestation): number {
  return body.length + certificate.length + signature.length + 3 * mspId.length + 64;
}
