import { clone } from '@bufbuild/protobuf';
import type { BlockOrigin } from '../business/docking.js';
import type { AttestationSource } from '../business/follow-attestations.js';
import { BusinessBlockSchema, type Attestation, type BusinessBlock } from '../gen/cotrace/cotrace_pb.js';

/** An origin that alters what it sends of block `blockNum`. */
export function altering(
  origin: BlockOrigin,
  blockNum: bigint,
  change: (block: BusinessBlock) => BusinessBlock,
): BlockOrigin {
  return {
    name: `${origin.name}, altering`,
    async *blocks(from, signal) {
      for await (const block of origin.blocks(from, signal)) {
        yield block.blockNum === blockNum ? change(clone(BusinessBlockSchema, block)) : block;
      }
    },
  };
}

/** An origin that ends nothing and sends nothing from block `blockNum` on. */
export function withholding(origin: BlockOrigin, blockNum: bigint): BlockOrigin {
  return {
    name: `${origin.name}, withholding`,
    async *blocks(from, signal) {
      if (from < blockNum) {
        for await (const block of origin.blocks(from, signal)) {
          yield block;
          if (block.blockNum === blockNum - 1n) break;
        }
      }
      if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve));
    },
  };
}

/** An origin whose stream breaks. */
export function breaking(name: string, error: Error): BlockOrigin {
  return {
    name,
    // eslint-disable-next-line @typescript-eslint/require-await
    async *blocks() {
      throw error;
    },
  };
}

/** A source whose attestations of block `blockNum` are others. */
export function attesting(
  source: AttestationSource,
  blockNum: bigint,
  others: (honest: Attestation) => readonly Attestation[],
): AttestationSource {
  return {
    name: source.name,
    async *attestations(from, signal) {
      let next = from;
      for await (const honest of source.attestations(from, signal)) {
        const sent = next === blockNum ? others(honest) : [honest];
        for (const one of sent) yield one;
        next += 1n;
      }
    },
  };
}
