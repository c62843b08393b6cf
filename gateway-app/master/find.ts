import { create, type MessageInitShape } from '@bufbuild/protobuf';
import {
  checkNum,
  CotraceError,
  decodeStateTrieEntry,
  equalBytes,
  readTrieProof,
  sha256,
  stateTrieKey,
  traceTrieKey,
} from '@cotrace/core';
import {
  FindReplySchema,
  type FindKey,
  type FindReply,
  type FoundSchema,
  type StateKey,
} from '../gen/cotrace/cotrace_pb.js';
import { domainWrites } from './block-writes.js';
import type { MasterLedger } from './master-ledger.js';
import type { MasterStore } from './master-store.js';
import { attestedRoot } from './open-trie.js';
import { KEPT_CYCLES, MAX_KEYS, MAX_VALUE_BYTES } from './limits.js';

/** Makes the proof of a key under one root. */
type Prove = (key: Uint8Array) => Uint8Array[];

/**
 * Finds keys, each with the trie's proof, all under the root of one block: the last one, or `blockNum`, the end of a cycle
 * among the last ones. Throws `BAD_REQUEST`, `NOT_FOUND` above the master's height, `CYCLE_PRUNED`.
 */
export function findAll(
  ledger: MasterLedger,
  checkingHeight: number,
  keys: readonly FindKey[],
  blockNum: bigint | null,
): Promise<FindReply> {
  if (keys.length > MAX_KEYS) {
    throw badRequest(`at most ${MAX_KEYS} keys in one request, not ${keys.length}`);
  }
  return ledger.read((trie) => {
    const last = trie.next - 1n;
    if (last < 0n || (blockNum !== null && blockNum > last)) {
      throw new CotraceError('NOT_FOUND', 'this master has not reached that block', { blockNum, last });
    }
    const at = blockNum ?? last;
    const prove =
      at === last ? (key: Uint8Array) => trie.prove(key) : past(ledger.store, checkingHeight, at, last);
    return answer(ledger.store, keys, at, prove);
  });
}

/** Proofs under the root at the end of a cycle that is over. */
function past(store: MasterStore, checkingHeight: number, blockNum: bigint, last: bigint): Prove {
  const c = BigInt(checkingHeight);
  if (blockNum % c !== 0n) {
    throw badRequest(`proofs are kept of the last block and of the ends of cycles, every ${c} blocks`);
  }
  const [cycle, newest] = [blockNum / c, last / c];
  if (cycle <= newest - BigInt(KEPT_CYCLES)) {
    throw new CotraceError(
      'CYCLE_PRUNED',
      `proofs are kept of the last ${KEPT_CYCLES} cycles, and cycle ${cycle} is older`,
      { cycle, newest },
    );
  }
  const current = checkNum(last, checkingHeight);
  return (key) => store.trie.prove(key, cycle, current);
}

function answer(store: MasterStore, keys: readonly FindKey[], blockNum: bigint, prove: Prove): FindReply {
  const root = attestedRoot(store, blockNum);
  let bytes = 0;
  const found = keys.map(({ what }): MessageInitShape<typeof FoundSchema> => {
    if (what.case === undefined) throw badRequest('a key is of a state or a TraceID');
    const state = what.case === 'state' ? what.value : null;
    const key =
      what.case === 'state' ? stateTrieKey(what.value.domain, what.value.key) : traceTrieKey(what.value);
    const proof = prove(key);
    const reading = readTrieProof(key, proof);
    if (!equalBytes(reading.root, root)) {
      throw new CotraceError('TRIE_NODES_DAMAGED', `the trie of block ${blockNum} is damaged`, { blockNum });
    }
    const value = state === null || reading.value === null ? null : valueOf(store, state, reading.value);
    bytes += value?.length ?? 0;
    if (bytes > MAX_VALUE_BYTES)
      throw badRequest('the values are too long for one answer; ask for fewer keys');
    return value === null ? { proof } : { proof, value };
  });
  return create(FindReplySchema, { blockNum, found, attestation: store.attestation(blockNum) });
}

/** The value as the transaction wrote it that a state entry names; null where that one wrote metadata alone. */
function valueOf(store: MasterStore, { domain, key }: StateKey, entry: Uint8Array): Uint8Array | null {
  const { valueHash, blockNum, txNum } = decodeStateTrieEntry(entry);
  const writes = domainWrites(store.envelope(blockNum, txNum), { block: blockNum, txNum })
    .filter(({ namespace }) => namespace === domain)
    .flatMap((set) => set.writes);
  return (
    writes.find((write) => write.key === key && equalBytes(sha256(write.value), valueHash))?.value ?? null
  );
}

function badRequest(message: string): CotraceError {
  return new CotraceError('BAD_REQUEST', message);
}
