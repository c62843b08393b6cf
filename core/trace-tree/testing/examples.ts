import { utf8 } from '../../bytes/bytes.js';
import { hashOf } from '../../formats/testing/examples.js';
import { sha256 } from '../../hash.js';
import { MerkleTree } from '../../merkle/tree.js';
import { encodeEventLeaf, type TraceEvent } from '../event-leaf.js';
import { extendHead, type TraceHead } from '../head.js';
import type { PerfectNodes } from '../paths.js';

export const exampleEvent: TraceEvent = {
  txId: 'ab'.repeat(32),
  blockNum: 0x1_0000_0002n,
  txNum: 70_000,
  domain: 'goods',
  mspId: 'Org1MSP',
  envelopeHash: sha256(utf8('envelope')),
  key: `mark/é ${'cd'.repeat(32)}`,
  valueHash: sha256(utf8('value')),
};

/** A head of two organisations: the peaks are anything. */
export const exampleTrees: TraceHead = [
  {
    mspId: 'Org1MSP',
    count: 5,
    lastBlock: 0x1_0000_0002n,
    lastTx: 70_000,
    peaks: [hashOf('4'), hashOf('1')],
  },
  { mspId: 'Örg', count: 1, lastBlock: 7n, lastTx: 0, peaks: [hashOf('one')] },
];

/** The trace of the events below. */
export const TRACE_ID = 'https://id.gs1.org/01/09521234005568/10/L1';

/** Event `i` of a history: three transactions a block, each of another of `organisations`, two events a transaction. */
export function someEvent(i: number, organisations: number): TraceEvent {
  const transaction = Math.floor(i / 2);
  return {
    txId: hexOf(`tx ${transaction}`),
    blockNum: BigInt(1 + Math.floor(transaction / 3)),
    txNum: transaction % 3,
    domain: i % 2 === 0 ? 'goods' : 'lots',
    mspId: `Org${transaction % organisations}MSP`,
    envelopeHash: sha256(utf8(`envelope ${transaction}`)),
    key: i % 2 === 0 ? `trace/${TRACE_ID}` : `mark/${TRACE_ID} ${hexOf(`record ${i}`)}`,
    valueHash: sha256(utf8(`value ${i}`)),
  };
}

/** The first `count` of these events. */
export function someEvents(count: number, organisations = 1): TraceEvent[] {
  return Array.from({ length: count }, (_, i) => someEvent(i, organisations));
}

/** The head after these events, at least one. */
export function headOf(events: readonly TraceEvent[]): TraceHead {
  return events.reduce<TraceHead>((head, event) => extendHead(head, event), []);
}

/** The nodes of the tree over leaves with these data. */
export function nodesOf(events: readonly TraceEvent[]): PerfectNodes {
  const tree = new MerkleTree(events.map(encodeEventLeaf));
  return ({ level, position }) => {
    const node = tree.node(level, position);
    if (node === null || (position + 1) * 2 ** level > events.length) {
      throw new RangeError(`node ${position} of level ${level} is not perfect`);
    }
    return node;
  };
}

function hexOf(text: string): string {
  return Array.from(sha256(utf8(text)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
