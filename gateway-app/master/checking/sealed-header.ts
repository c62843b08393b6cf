import { create } from '@bufbuild/protobuf';
import { LIFECYCLE_NAMESPACE, provePart, type PartLeaf } from '@cotrace/core';
import { SealedHeaderSchema, type SealedHeader } from '../../gen/cotrace/cotrace_pb.js';

/** A cycle as a quorum sealed it. */
export interface SealedCycle {
  readonly header: Uint8Array;
  /** The transaction of `checking` that proves the header. */
  readonly seal: Uint8Array;
  /** The header's parts, by the bytes of their domains. */
  readonly parts: readonly PartLeaf[];
}

/** What a master sends of a sealed cycle to the business nodes of `domain`: what the header has of it and of `_lifecycle`. */
export function sealedHeader({ header, seal, parts }: SealedCycle, domain: string): SealedHeader {
  const proven = (name: string) => {
    const { index, leaves, multiproof } = provePart(parts, name);
    return { index, leaves: [...leaves], multiproof: [...multiproof] };
  };
  const [part, lifecycle] = [proven(domain), proven(LIFECYCLE_NAMESPACE)];
  return create(SealedHeaderSchema, { header, seal, part, lifecycle });
}
