import {
  bodyOf,
  compareBytes,
  decodeCheckingHeader,
  decodePartLeaf,
  isCotraceError,
  readLateKey,
  readPartKey,
  utf8,
  VALID,
} from '@cotrace/core';
import { effects, isConfigBlock, transactionsFilter, type Block } from '@cotrace/fabric-model';
import { nodeVerifier } from '@cotrace/network';
import {
  mainConfig,
  readSealingTransaction,
  sealersOf,
  validTransaction,
  type Membership,
  type SealingTransaction,
} from '@cotrace/verifier';
import { configOfEnvelope } from '../../gateway-app/fabric/configuration.js';
import { anchorWrites, type AnchorWrite } from '../../gateway-app/master/checking/anchors.js';

/** What a transaction of `checking` seals, as its peers found it. */
export interface LedgerSeal {
  readonly checkNum: bigint;
  readonly header: Uint8Array;
  /** The oldest cycle that the same transaction seals. */
  readonly first: bigint;
  /** Whether it is valid, and so wrote the header. */
  readonly isValid: boolean;
  /** MSP ids of who submitted it, and of the members whose endorsement counts. */
  readonly creator: string;
  readonly endorsers: readonly string[];
}

/** The membership of a channel's genesis block. */
export function genesisMembership([genesis]: readonly Block[]): Membership {
  const [envelope] = genesis?.envelopes ?? [];
  if (envelope === undefined) throw new RangeError('a channel begins with a configuration');
  return mainConfig(configOfEnvelope(envelope), nodeVerifier);
}

/** Every header that a transaction of the channel `checking` proves to those members, in the order of the ledger. */
export function sealsIn(blocks: readonly Block[], channel: string, membership: Membership): LedgerSeal[] {
  return blocks.flatMap((block) => {
    const codes = transactionsFilter(block);
    return block.envelopes.flatMap((envelope, i) => {
      const transaction = sealing(envelope, channel);
      if (transaction === null) return [];
      const { endorsers, creator } = sealersOf(transaction, membership);
      const isValid = codes[i] === VALID;
      const checkNums = transaction.headers.map((header) => decodeCheckingHeader(header).checkNum);
      return transaction.headers.map((header, at) => {
        const [first = 0n, checkNum = 0n] = [checkNums[0], checkNums[at]];
        return { header, checkNum, first, isValid, endorsers, creator };
      });
    });
  });
}

/** The parts that the channel `checking` has recorded of each of these cycles, as the size and the root of their tree. */
export function bodiesIn(
  blocks: readonly Block[],
  cycles: readonly bigint[],
): Map<bigint, { parts: number; bodyRoot: Uint8Array }> {
  // The first cycle of a network may have none: approvals of chaincodes write nothing that all can read.
  const leaves = new Map<bigint, Uint8Array[]>(cycles.map((checkNum) => [checkNum, []]));
  for (const effect of blocks.flatMap(effectsOf)) {
    const key = effect.kind === 'put' ? readPartKey(effect.key) : null;
    if (key === null || effect.kind !== 'put') continue;
    leaves.set(key.checkNum, [...(leaves.get(key.checkNum) ?? []), effect.value]);
  }
  return new Map(
    [...leaves].map(([checkNum, found]) => {
      const parts = found.map(decodePartLeaf);
      parts.sort((a, b) => compareBytes(utf8(a.domain), utf8(b.domain)));
      return [checkNum, { parts: parts.length, bodyRoot: bodyOf(parts).root }];
    }),
  );
}

/** The anchors that main has, in the order of the ledger. */
export function anchorsIn(blocks: readonly Block[]): AnchorWrite[] {
  return blocks.flatMap((block) => anchorWrites(validIn(block)));
}

/** Keys under which the channel `checking` has reports of members that were late. */
export function lateKeysIn(blocks: readonly Block[]): string[] {
  return blocks
    .flatMap(effectsOf)
    .map(({ key }) => key)
    .filter((key) => readLateKey(key) !== null);
}

const effectsOf = (block: Block) => validIn(block).flatMap(({ rwset }) => effects(rwset));

function validIn(block: Block) {
  if (isConfigBlock(block)) return [];
  const codes = transactionsFilter(block);
  return block.envelopes.flatMap((envelope, txNum) => {
    const valid = codes[txNum] === VALID ? validTransaction(envelope, { block: block.number, txNum }) : null;
    return valid === null ? [] : [valid];
  });
}

/** Null for what seals nothing by its form. */
function sealing(envelope: Uint8Array, channel: string): SealingTransaction | null {
  try {
    return readSealingTransaction(envelope, channel);
  } catch (error) {
    if (isCotraceError(error) && error.code.startsWith('SEAL_')) return null;
    throw error;
  }
}
