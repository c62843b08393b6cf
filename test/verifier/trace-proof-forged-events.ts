import { sha256, utf8 } from '@cotrace/core';
import type { Forgery } from './trace-proof-cases.js';
import {
  hidden,
  inEvents,
  inLeaf,
  inShown,
  inTrace,
  inTree,
  inTrees,
  longer,
  rowIn,
  shorter,
  shorterHead,
  withPlace,
} from './trace-proof-edits.js';
import type { Forger } from './trace-proof-forger.js';
import { N, O } from './trace-proof-scene.js';
import { A, B, X } from './trace-proof-scenes.js';

/** Heads, events and their contents. */
export function forgedEvents(forger: Forger): Forgery[] {
  return [
    // Absence, and what is left out.
    forger.edited(
      'a head is withheld',
      'WRONG_HEAD',
      inTrace(X, () => ({ traceId: X, head: null })),
    ),
    forger.edited('a head is withheld with the node that shows it', 'PROOF_TOO_SHORT', (proof) => ({
      ...inTrace(X, () => ({ traceId: X, head: null }))(proof),
      nodes: proof.nodes.slice(0, -1),
    })),
    forger.edited(
      'the newest event is left out of the head',
      'WRONG_HEAD',
      inTree(A, O, (tree) => tree, shorterHead),
    ),
    forger.edited(
      'the newest event is left out of its tree',
      'ROOT_MISMATCH',
      inTree(A, O, (tree) => ({ ...tree, events: tree.events.slice(0, 1), path: sha256(utf8('anything')) })),
    ),
    forger.edited(
      'an event is left out and its hash not given',
      'BAD_PROOF_LENGTH',
      inTree(A, O, (tree) => ({ ...tree, events: tree.events.slice(0, 1) })),
    ),
    forger.edited(
      'a path is longer than the events need',
      'BAD_PROOF_LENGTH',
      inTree(A, O, (tree) => ({ ...tree, path: sha256() })),
    ),
    forger.edited(
      'a path shows no event',
      'BAD_PROOF_LENGTH',
      inTree(A, O, (tree) => ({ ...tree, events: [], path: sha256() })),
    ),
    forger.edited(
      'the tree of an organisation is left out',
      'NO_TREE',
      inTrees(A, (trees) => trees.slice(1)),
    ),
    forger.edited(
      'trees are in another order',
      'NO_TREE',
      inTrees(A, (trees) => [...trees].reverse()),
    ),
    forger.edited(
      'a tree is there that no head has',
      'NO_TREE',
      inTrees(A, (trees) => [...trees, ...trees.slice(0, 1)]),
    ),
    forger.mixed('an old head is shown under a new root', 'WRONG_HEAD', (now, before) => ({
      ...now,
      traces: before.traces,
    })),
    forger.mixed('nodes of an old root are shown', 'ROOT_MISMATCH', (now, before) => ({
      ...now,
      nodes: before.nodes,
    })),
    forger.mixed('heads of two blocks are mixed', 'ROOT_MISMATCH', (now, before) => ({
      ...before,
      root: now.root,
    })),
    // Events.
    forger.edited(
      'an event is shown twice',
      'EVENT_ORDER',
      inEvents(A, O, ([a]) => [a, a]),
    ),
    forger.edited(
      'an event is shown at two places',
      'EVENT_ORDER',
      inEvents(A, O, ([a]) => [a, { ...a, index: 1 }]),
    ),
    forger.edited(
      'events are out of order',
      'EVENT_ORDER',
      inEvents(A, O, ([a, b]) => [b, a]),
    ),
    forger.edited(
      'hidden events are out of order',
      'BAD_LEAF_INDEX',
      inEvents(A, O, ([a, b]) => [hidden(b), hidden(a)]),
    ),
    forger.edited(
      'an event is beyond the count',
      'BAD_LEAF_INDEX',
      inEvents(A, O, ([a, b]) => [a, { ...hidden(b), index: 2 }]),
    ),
    forger.edited(
      'a hidden event is another',
      'ROOT_MISMATCH',
      inEvents(A, O, ([a, b]) => [a, { ...hidden(b), hidden: sha256() }]),
    ),
    forger.edited(
      'an inner node passes for an event',
      'BAD_TAG',
      inEvents(A, O, ([a, b]) => [withPlace(a, new Uint8Array(64)), b]),
    ),
    forger.edited(
      'an event of an invalid transaction is shown',
      'ROOT_MISMATCH',
      inLeaf(A, O, 0, { txId: '00'.repeat(32) }),
    ),
    forger.edited('an event is of another place', 'ROOT_MISMATCH', inLeaf(A, O, 0, { domain: 'retail' })),
    forger.edited('the last event is not at the last place', 'EVENT_ORDER', inLeaf(A, O, 1, { txNum: 1 })),
    forger.edited('an event is one of another trace', 'WRONG_TRACE', inLeaf(A, O, 0, { key: `trace/${B}` })),
    forger.edited(
      'a mark is one of another trace',
      'WRONG_TRACE',
      inLeaf(A, O, 0, { key: `mark/${B} ${'0'.repeat(64)}` }),
    ),
    forger.edited(
      'an event is one of another organisation',
      'WRONG_ORGANISATION',
      inLeaf(A, O, 0, { mspId: N }),
    ),
    forger.edited(
      'a leaf has bytes behind it',
      'TRAILING_BYTES',
      inEvents(A, O, ([a, b]) => [withPlace(a, longer(a)), b]),
    ),
    forger.edited(
      'a leaf is cut',
      'TRUNCATED',
      inEvents(A, O, ([a, b]) => [withPlace(a, shorter(a)), b]),
    ),
    // Contents.
    forger.edited(
      'a row is altered',
      'WRONG_VALUE',
      inShown(A, O, (shown) => ({ ...shown, row: `${shown.row ?? ''} ` })),
    ),
    forger.edited('a row is that of another transaction', 'WRONG_VALUE', (proof) =>
      inShown(A, O, (shown) => ({ ...shown, row: rowIn(proof, X) }))(proof),
    ),
    forger.edited('a record is altered', 'WRONG_RECORD', (proof) => ({
      ...proof,
      records: proof.records.map((text) => text.replace('commissioning', 'commissionino')),
    })),
    forger.edited('records are exchanged', 'WRONG_RECORD', (proof) => ({
      ...proof,
      records: [...proof.records].reverse(),
    })),
    forger.edited('a record is there twice', 'BAD_PROOF', (proof) => ({
      ...proof,
      records: [...proof.records, ...proof.records.slice(0, 1)],
    })),
    forger.edited('a record is not used', 'BAD_PROOF', (proof) => ({
      ...proof,
      records: [...proof.records, '{}'],
    })),
    forger.edited(
      'records are not in the order of use',
      'BAD_PROOF',
      inShown(A, O, (shown) => ({ ...shown, record: 1 })),
    ),
    forger.edited(
      'envelopes are exchanged',
      'WRONG_ENVELOPE',
      (proof) => ({ ...proof, envelopes: [...proof.envelopes].reverse() }),
      { envelopes: true },
    ),
    forger.edited(
      'an envelope is there twice',
      'BAD_PROOF',
      (proof) => ({ ...proof, envelopes: [...proof.envelopes, ...proof.envelopes.slice(0, 1)] }),
      { envelopes: true },
    ),
    forger.edited('an envelope is not used', 'BAD_PROOF', (proof) => ({ ...proof, envelopes: [sha256()] })),
  ];
}
