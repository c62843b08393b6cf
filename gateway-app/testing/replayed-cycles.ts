import {
  compareBytes,
  concat,
  decodeAttestationBody,
  lp,
  merkleRoot,
  sha256,
  u16,
  u32,
  u64,
  utf8,
  VALID,
} from '@cotrace/core';
import { effects, isConfigBlock, transactionsFilter, type Block, type Effect } from '@cotrace/fabric-model';
import { nodeVerifier } from '@cotrace/network';
import { mainConfig, validTransaction } from '@cotrace/verifier';
import { configOfEnvelope } from '../fabric/configuration.js';

interface Entry {
  readonly valueHash: Uint8Array;
  readonly policyHash: Uint8Array;
  readonly blockNum: bigint;
  readonly txNum: number;
  readonly verNum: number;
}
type State = Map<string, Entry>;

const NONE = new Uint8Array(32);

/** A ledger from its genesis block on. */
export interface WholeChain {
  /** Number of blocks. */
  readonly height: bigint;
  block(number: bigint): Block;
}

/**
 * The checking headers of a chain, each made from whole blocks by docs/formats.md: nothing is carried from one to the next
 * but hashes, and the digest of a domain is worked out from all its entries. Roots and counts of blocks are what `master`
 * attests of them.
 */
export function replayedHeaders(
  chain: WholeChain,
  master: { attestation(number: bigint): { readonly body: Uint8Array } },
  networkId: Uint8Array,
  c: number,
): Uint8Array[] {
  const headers: Uint8Array[] = [];
  const states = new Map<string, State>();
  const interval: Uint8Array[] = [];
  let [anchored, anchorBlock, configBlock, membership] = [0n, 0n, 0n, membershipOf(chain.block(0n))];
  for (let number = 0n; number < chain.height; number += 1n) {
    const block = chain.block(number);
    for (const { effect, txNum } of effectsOf(block)) {
      const { namespace, key } = effect;
      const state = states.get(namespace) ?? new Map<string, Entry>();
      const entry = entryAfter(effect, state.get(key) ?? null, number, txNum);
      if (entry !== null) states.set(namespace, state.set(key, entry));
      const m = namespace === 'anchor' && effect.kind === 'put' ? anchorOf(key) : 0n;
      const hash = headers[Number(m) - 1];
      if (m <= anchored || effect.kind !== 'put' || hash === undefined) continue;
      if (compareBytes(sha256(hash), effect.value) === 0) [anchored, anchorBlock] = [m, number];
    }
    if (configures(block)) [configBlock, membership] = [number, membershipOf(block)];
    const { txRoot, txTotal, trieRoot } = decodeAttestationBody(master.attestation(number).body);
    if (number > 0n)
      interval.push(concat(utf8('i'), u64(number), block.headerHash, txRoot, u32(txTotal), trieRoot));
    if (number === 0n || number % BigInt(c) > 0n) continue;
    const hashes = headers.map((header) => sha256(header));
    const names = [...states.keys()].sort((a, b) => compareBytes(utf8(a), utf8(b)));
    const parts = names.map((name) => concat(utf8('b'), lp(name), digestOf(states.get(name), c, number)));
    headers.push(
      concat(
        utf8('cotrace.checking.v1\0'),
        networkId,
        u64(number / BigInt(c)),
        hashes.at(-1) ?? chain.block(0n).headerHash,
        merkleRoot(hashes.map((hash) => concat(utf8('h'), hash))),
        u16(parts.length),
        merkleRoot(parts),
        u64(number),
        block.headerHash,
        merkleRoot(interval.splice(0)),
        trieRoot,
        u64(anchored),
        u64(anchorBlock),
        u64(configBlock),
        membership,
        u16(1),
      ),
    );
  }
  return headers;
}

function digestOf(state: State = new Map<string, Entry>(), c: number, last: bigint): Uint8Array {
  const ranks: Uint8Array[] = [];
  for (let first = 0n, rank = 0n; first <= last; rank += 1n) {
    const places = rank === 0n ? 1 : c;
    const groups = Array.from({ length: places }, (_, i) => groupOf(state, first + BigInt(i)));
    const isEmpty = groups.every((group) => group.length === 0);
    const leaves = groups.map((group, i) => groupLeaf(first + BigInt(i), group));
    const empty = concat(utf8('r'), new Uint8Array(44));
    ranks.push(isEmpty ? empty : concat(utf8('r'), u64(rank), u32(places), merkleRoot(leaves)));
    first += BigInt(places);
  }
  return sha256(utf8('cotrace.part.v2\0'), u32(ranks.length), merkleRoot(ranks));
}

function groupOf(state: State, blockNum: bigint): [string, Entry][] {
  return [...state]
    .filter(([, entry]) => entry.blockNum === blockNum)
    .sort(
      ([a, one], [b, two]) =>
        one.txNum - two.txNum || one.verNum - two.verNum || compareBytes(utf8(a), utf8(b)),
    );
}

function groupLeaf(blockNum: bigint, group: readonly [string, Entry][]): Uint8Array {
  if (group.length === 0) return concat(utf8('g'), new Uint8Array(40));
  const entries = group.map(([key, { valueHash, policyHash, txNum, verNum }]) =>
    concat(lp(key), valueHash, policyHash, u64(blockNum), u32(txNum), u32(verNum)),
  );
  return concat(
    utf8('g'),
    u64(blockNum),
    sha256(utf8('cotrace.group.v2\0'), u32(entries.length), ...entries),
  );
}

function anchorOf(key: string): bigint {
  return BigInt(/^anchor\/([0-9]{20})$/.exec(key)?.[1] ?? 0);
}

function configures(block: Block): boolean {
  return isConfigBlock(block) && (block.number === 0n || transactionsFilter(block)[0] === VALID);
}

function membershipOf(block: Block): Uint8Array {
  const [envelope = NONE] = block.envelopes;
  return mainConfig(configOfEnvelope(envelope), nodeVerifier).hash;
}

function effectsOf(block: Block): { effect: Effect; txNum: number }[] {
  if (isConfigBlock(block)) return [];
  const codes = transactionsFilter(block);
  return block.envelopes.flatMap((envelope, txNum) => {
    if (codes[txNum] !== VALID) return [];
    const valid = validTransaction(envelope, { block: block.number, txNum });
    return effects(valid?.rwset ?? []).map((effect) => ({ effect, txNum }));
  });
}

function entryAfter(effect: Effect, old: Entry | null, blockNum: bigint, txNum: number): Entry | null {
  const stamp = { blockNum, txNum, verNum: (old?.verNum ?? 0) + 1 };
  if (effect.kind === 'delete') return { ...stamp, valueHash: NONE, policyHash: NONE };
  if (effect.kind === 'restamp' && (old === null || old.valueHash === NONE)) return null;
  const valueHash = effect.kind === 'put' ? sha256(effect.value) : (old?.valueHash ?? NONE);
  if (effect.metadata === null) return { ...stamp, valueHash, policyHash: old?.policyHash ?? NONE };
  const policy = effect.metadata.find(({ name }) => name === 'VALIDATION_PARAMETER')?.value ?? NONE;
  const policyHash = policy === NONE || policy.length === 0 ? NONE : sha256(policy);
  return { ...stamp, valueHash, policyHash };
}
