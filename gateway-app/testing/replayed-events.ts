import {
  compareBytes,
  encodeEventLeaf,
  MerkleTree,
  sha256,
  utf8,
  type TraceEvent,
  type TraceHead,
} from '@cotrace/core';
import { creatorMspId, decodeEnvelope, decodeTransaction, isOfType, common } from '@cotrace/fabric-model';
import type { TestChain } from './test-chain.js';

const MARK = /^mark\/(.+) [0-9a-f]{64}$/s;

/**
 * The events of every trace by a plain reading of the chain's envelopes, in their order: what Fabric makes of the writes
 * of a transaction is worked out here by its sum of flags, and nothing is shared with a master.
 */
export function replayedEvents(chain: TestChain): Map<string, TraceEvent[]> {
  const traces = new Map<string, TraceEvent[]>();
  for (let number = 0n; number < chain.height; number++) {
    const { envelopes, metadata } = chain.block(number);
    envelopes.forEach((bytes, txNum) => {
      const envelope = decodeEnvelope(bytes);
      if (metadata[2]?.[txNum] !== 0 || !isOfType(envelope, common.HeaderType.ENDORSER_TRANSACTION)) return;
      const { txId, rwset } = decodeTransaction(envelope);
      const source = {
        txId,
        blockNum: number,
        txNum,
        mspId: creatorMspId(envelope),
        envelopeHash: sha256(bytes),
      };
      const flags = new Map<string, { flag: number; value: Uint8Array; domain: string; key: string }>();
      for (const { namespace: domain, writes, metadataWrites } of rwset) {
        if (domain.startsWith('_')) continue;
        const at = (key: string) => {
          const known = flags.get(`${domain} ${key}`) ?? { flag: 0, value: new Uint8Array(), domain, key };
          flags.set(`${domain} ${key}`, known);
          return known;
        };
        for (const { key, value, isDelete } of writes) {
          at(key).flag += isDelete ? 8 : 1;
          if (!isDelete) at(key).value = value;
        }
        for (const { key, entries } of metadataWrites) at(key).flag += entries.length === 0 ? 4 : 2;
      }
      const put = [...flags.values()].filter(
        ({ flag }) => flag === 1 || ((flag & 1) > 0 && (flag & 6) > 0 && (flag & 8) === 0),
      );
      put.sort(
        (a, b) => compareBytes(utf8(a.domain), utf8(b.domain)) || compareBytes(utf8(a.key), utf8(b.key)),
      );
      for (const { domain, key, value } of put) {
        const traceId = key.startsWith('trace/') ? key.slice('trace/'.length) : MARK.exec(key)?.[1];
        if (traceId === undefined || traceId === '') continue;
        const events = traces.get(traceId) ?? [];
        traces.set(traceId, [...events, { ...source, domain, key, valueHash: sha256(value) }]);
      }
    });
  }
  return traces;
}

/** The head that a trace with these events, of fewer than 48 organisations, has by definition: its trees, rebuilt whole. */
export function headOfEvents(events: readonly TraceEvent[]): TraceHead {
  const mspIds = [...new Set(events.map(({ mspId }) => mspId))].sort((a, b) =>
    compareBytes(utf8(a), utf8(b)),
  );
  return mspIds.map((mspId) => {
    const own = events.filter((event) => event.mspId === mspId);
    const { blockNum: lastBlock = 0n, txNum: lastTx = 0 } = own.at(-1) ?? {};
    return { mspId, count: own.length, lastBlock, lastTx, peaks: peaksOf(own.map(encodeEventLeaf)) };
  });
}

/** Roots of runs of leaves as long as the powers of two that add up to their number, largest first. */
function peaksOf(leaves: readonly Uint8Array[]): Uint8Array[] {
  if (leaves.length === 0) return [];
  const width = 2 ** Math.floor(Math.log2(leaves.length));
  return [new MerkleTree(leaves.slice(0, width)).root, ...peaksOf(leaves.slice(width))];
}
