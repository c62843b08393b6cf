import { create, type MessageInitShape } from '@bufbuild/protobuf';
import {
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
import { MAX_KEYS } from '../node/limits.js';
import { atBlock, type TrieAtBlock } from './at-block.js';
import { domainWrites } from './block-writes.js';
import type { MasterLedger } from './master-ledger.js';
import type { MasterStore } from './master-store.js';
import { attestedRoot } from './open-trie.js';
import { MAX_VALUE_BYTES } from './limits.js';

/**
 * Finds keys, each with the trie's proof, all under the root of one block: the last one, or `blockNum`, the end of a cycle
 * among the last ones. Throws `BAD_REQUEST`, and as `atBlock`.
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
  return atBlock(ledger, checkingHeight, blockNum, (trie) => answer(ledger.store, keys, trie));
}

function answer(store: MasterStore, keys: readonly FindKey[], { blockNum, prove }: TrieAtBlock): FindReply {
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
  return create(FindReplySchema, { blockNum, found });
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
