import {
  checkingHeaderHash,
  CotraceError,
  decodeCheckingHeader,
  emptyPart,
  equalBytes,
  isCotraceError,
  LIFECYCLE_NAMESPACE,
  verifyPart,
  type CheckingHeader,
  type ErrorCode,
  type HeaderChain,
  type PartProof,
} from '@cotrace/core';
import { verifySeal, type MainConfig } from '@cotrace/verifier';
import type { SealedHeader } from '../../gen/cotrace/cotrace_pb.js';
import type { CyclePoint } from '../../gen/cotrace/store_pb.js';

/** What a business node knows of a cycle before it is told what was sealed. */
export interface CycleKnowledge {
  readonly domain: string;
  /** Name of the channel `checking`. */
  readonly channel: string;
  /** The headers that it has verified: those before the cycle's. */
  readonly chain: HeaderChain;
  /** The configuration in force after the cycle before: its members seal this one. */
  readonly config: MainConfig;
  /** Where the consortium has agreed on this cycle: the hash of its header, and the configuration in force after it. */
  readonly agreed: { readonly hash: Uint8Array; readonly config: MainConfig } | null;
  /** What it verified itself at the end of the cycle; null in a store from before there were cycles. */
  readonly point: CyclePoint | null;
}

/** How a part of the node’s own state compares with the one that was sealed. */
export interface ComparedPart {
  /** The node's domain, or `_lifecycle`. */
  readonly domain: string;
  /**
   * Whether it is what was sealed; null where that cannot be told: the node passed the cycle point before it kept what to compare,
   * or the source does not show the part.
   */
  readonly agrees: boolean | null;
  /** The digest that was sealed, 32 bytes; null where the header has no such part, or the source does not show it. */
  readonly sealed: Uint8Array | null;
}

/** What comes of a sealed header that was verified. */
export type CycleVerdict =
  | {
      readonly kind: 'verified';
      readonly header: CheckingHeader;
      /** The domain, then `_lifecycle`. */
      readonly parts: readonly ComparedPart[];
      /** Whether the source shows the part of `_lifecycle` too, or that there is none; masters of earlier releases do not. */
      readonly isWhole: boolean;
    }
  /** A quorum sealed what contradicts what the node had verified before. */
  | { readonly kind: 'contradiction'; readonly header: CheckingHeader; readonly reason: string };

/**
 * Judges what a source says was sealed next (seed 001, section 4.2.3 and figure 9). The header counts by its seal alone; then it
 * must follow the chain of headers, and name the node's own chain and membership at the end of its cycle. The digests of the
 * domain and of `_lifecycle` that it binds are compared with the node's own; what has no part is without entries. Throws what
 * makes the source's answer worthless: `BAD_ANSWER` for the header of another cycle or network, and the codes of `decodeCheckingHeader`,
 * `verifySeal` and `verifyPart`.
 */
export function compareCycle(
  { header: bytes, seal, part, lifecycle }: Pick<SealedHeader, 'header' | 'seal' | 'part' | 'lifecycle'>,
  { domain, channel, chain, config, agreed, point }: CycleKnowledge,
): CycleVerdict {
  const header = decodeCheckingHeader(bytes);
  const { checkNum, networkId } = header;
  if (checkNum !== chain.count + 1n || !equalBytes(networkId, chain.origin.networkId)) {
    throw new CotraceError('BAD_ANSWER', 'sent the header of another cycle or network than was asked for', {
      asked: chain.count + 1n,
      sent: checkNum,
    });
  }
  const isAgreed = agreed !== null && equalBytes(checkingHeaderHash(bytes), agreed.hash);
  verifySeal(seal, { channel, header: bytes, config: isAgreed ? agreed.config : config });
  const reason = notFollowing(header, chain) ?? otherwise(header, point);
  if (reason !== null) return { kind: 'contradiction', header, reason };
  const { c } = chain.origin;
  const parts = [
    comparedPart(header, c, domain, part ?? NO_PROOF, point?.part ?? null),
    lifecycle === undefined
      ? { domain: LIFECYCLE_NAMESPACE, agrees: null, sealed: null }
      : comparedPart(header, c, LIFECYCLE_NAMESPACE, lifecycle, point?.lifecycle ?? null),
  ];
  return { kind: 'verified', header, parts, isWhole: lifecycle !== undefined };
}

/** Compares a part, shown by `proof`, with `own`, the node’s digest of it; null where that is not known. */
function comparedPart(
  header: CheckingHeader,
  c: number,
  domain: string,
  proof: PartProof,
  own: Uint8Array | null,
): ComparedPart {
  const sealed = verifyPart(header, domain, proof);
  const agrees = own === null ? null : equalBytes(sealed ?? emptyPart(header.cyclePointBlock, c), own);
  return { domain, agrees, sealed };
}

const NO_PROOF = { index: 0, leaves: [], multiproof: [] };

/** Why a header is not the next one of the chain; null where it is. */
function notFollowing(header: CheckingHeader, chain: HeaderChain): string | null {
  try {
    chain.follows(header);
    return null;
  } catch (error) {
    if (!isCotraceError(error, 'HEADER_CHAIN' satisfies ErrorCode)) throw error;
    return `a quorum sealed a header that does not follow those before it: ${error.message}`;
  }
}

/** What a header says of main that the node has verified otherwise; null where there is nothing. */
function otherwise(header: CheckingHeader, point: CyclePoint | null): string | null {
  if (point === null) return null;
  const other = SAME.find(([, field, own]) => !equalBytes(header[field], point[own]));
  if (other === undefined) return null;
  return `a quorum sealed another ${other[0]} at block ${header.cyclePointBlock} than this node has verified`;
}

/** What a header says of main that the node knows too, in words and by the names of both. */
const SAME = [
  ['block', 'cyclePointHeaderHash', 'headerHash'],
  ['state trie', 'trieRoot', 'trieRoot'],
  ['membership', 'membership', 'membership'],
] as const;
