import {
  encodeEventLeaf,
  encodeHead,
  identify,
  leafHash,
  MerkleTree,
  sharedNodes,
  stateTrieKey,
  traceTrieKey,
  concat,
} from '@cotrace/core';
import { onlyNeeded } from '../../lineage/testing/showing.js';
import { LINEAGE_LIMITS, lineageAndNeeds } from '../../lineage/lineage.js';
import type { LineageNeeds, ShownEvent } from '../../lineage/types.js';
import { hiddenIn } from '../contents.js';
import { readRowText } from '../row-text.js';
import { RecordTexts, shownEvent } from '../shown-texts.js';
import type { ProofEvent, ProofState, ProofTrace, ProofTree, TraceProof, TraceQuestion } from '../types.js';
import { byBytes, type KnownEvent, type ReferenceLedger } from './reference-ledger.js';

/** How an event is shown. */
export type Showing = 'unlisted' | 'hidden' | 'place' | 'row' | 'record';

/** What a proof of a reference ledger is made of. */
export interface ProofParts {
  readonly traceId: string;
  readonly direction?: TraceQuestion['direction'];
  readonly recorders?: readonly string[] | null;
  readonly limits?: TraceQuestion['limits'];
  /** MSP ids of those that attest. */
  readonly attestedBy: readonly string[];
  /** Whether envelopes of events with rows are shown; of rows that only these show to be foreign they always are. */
  readonly envelopes?: boolean;
  /** MSP ids whose events are shown by their number alone. */
  readonly counted?: readonly string[];
  /** How an event is shown, given the least that is needed. */
  readonly show?: (event: KnownEvent, least: Showing) => Showing;
  /** Traces that are left out, or there besides. */
  readonly without?: readonly string[];
  readonly besides?: readonly string[];
  /** Values of heads in the trie that do not follow from the events. */
  readonly heads?: ReadonlyMap<string, Uint8Array>;
  /** Keys of states that are proven besides. */
  readonly states?: readonly Pick<ProofState, 'domain' | 'key'>[];
}

/** The proof of a question over a reference ledger as it is now, as an honest prover makes it where nothing else is said. */
export async function prove(ledger: ReferenceLedger, parts: ProofParts): Promise<TraceProof> {
  const { direction = 'none', recorders = null, limits = LINEAGE_LIMITS, without = [], besides = [] } = parts;
  const question = { traceId: parts.traceId, direction, recorders, limits };
  const needs = needsOf(ledger, question, parts.counted ?? []);
  const ids = new Set([...needs.keys(), ...besides].filter((id) => !without.includes(id)));
  const sorted = [...ids].sort(byBytes);
  const { trie, root } = await ledger.trie(parts.heads);
  const states = (parts.states ?? []).map(({ domain, key }) => ({
    domain,
    key,
    value: ledger.value(domain, key),
  }));
  const contents = { records: new Map<string, number>(), envelopes: new Map<string, [number, Uint8Array]>() };
  const traces = sorted.map((traceId) =>
    traceFor(ledger, traceId, needs.get(traceId) ?? new Set(), parts, contents),
  );
  const keys = [...sorted.map(traceTrieKey), ...states.map(({ domain, key }) => stateTrieKey(domain, key))];
  return {
    question,
    root: { block: ledger.height, attestations: ledger.attestations(parts.attestedBy, root) },
    transitions: [],
    tips: [],
    nodes: sharedNodes(keys.map((key) => trie.prove(key))),
    records: [...contents.records.keys()],
    envelopes: [...contents.envelopes.values()].map(([, bytes]) => bytes),
    traces,
    states,
  };
}

/** Loads traces until the lineage needs no other. */
function needsOf(ledger: ReferenceLedger, question: TraceQuestion, counted: readonly string[]): LineageNeeds {
  const texts = new RecordTexts();
  const shown = new Map<string, readonly ShownEvent[]>();
  const load = (id: string): void => {
    const trees = ledger.trees(id);
    const seen = trees.filter(({ mspId }) => !counted.includes(mspId)).flatMap(({ events }) => events);
    const hidden = trees.flatMap(({ mspId }) => (counted.includes(mspId) ? [hiddenIn(mspId)] : []));
    shown.set(id, [...seen.flatMap((event) => seenOf(event, texts) ?? []), ...hidden]);
  };
  load(question.traceId);
  let before: LineageNeeds | null = null;
  for (;;) {
    const asked = {
      ...question,
      recorders: question.recorders === null ? null : new Set(question.recorders),
      natureOf: (id: string) => identify(id).nature,
      rootTime: null,
    };
    // A record that is there besides can make the lineage need others: in the end it is worked out over what is shown.
    const { needs } = lineageAndNeeds(asked, before === null ? shown : onlyNeeded(shown, before));
    const fresh = [...needs.keys()].filter((id) => !shown.has(id));
    fresh.forEach(load);
    if (before !== null && textOf(before) === textOf(needs)) return needs;
    before = fresh.length === 0 ? needs : null;
  }
}

function textOf(needs: LineageNeeds): string {
  return JSON.stringify([...needs].map(([id, records]) => [id, [...records].sort((a, b) => a - b)]));
}

/** What a lineage sees of an event; null: it is foreign. */
function seenOf({ leaf, row, record }: KnownEvent, texts: RecordTexts): ShownEvent | null {
  return row === null || record === null ? null : shownEvent(leaf, row, record, texts);
}

interface Contents {
  readonly records: Map<string, number>;
  readonly envelopes: Map<string, [number, Uint8Array]>;
}

function traceFor(
  ledger: ReferenceLedger,
  traceId: string,
  needed: ReadonlySet<number>,
  { show = (_event, least) => least, envelopes = false, heads, counted = [] }: ProofParts,
  contents: Contents,
): ProofTrace {
  const trees = ledger.trees(traceId);
  if (trees.length === 0) return { traceId, head: null };
  let at = 0;
  const texts = new RecordTexts();
  const shownTrees = trees.map(({ mspId, events }): ProofTree => {
    const listed = events.flatMap((event, index): ProofEvent[] => {
      if (counted.includes(mspId)) return [];
      const isOurs = seenOf(event, texts) !== null;
      const least = isOurs && needed.has(at) ? 'record' : 'row';
      if (isOurs) at++;
      return eventAs(event, index, show(event, least), envelopes, contents);
    });
    return { mspId, events: listed, path: pathOf(events, listed) };
  });
  return { traceId, head: heads?.get(traceId) ?? encodeHead(ledger.head(traceId)), trees: shownTrees };
}

function eventAs(
  { leaf, row, record, envelope }: KnownEvent,
  index: number,
  showing: Showing,
  envelopes: boolean,
  contents: Contents,
): ProofEvent[] {
  const place = encodeEventLeaf(leaf);
  if (showing === 'unlisted') return [];
  if (showing === 'hidden') return [{ index, hidden: leafHash(place) }];
  if (showing === 'place') return [{ index, place, shown: null }];
  const at = <V>(map: Map<string, V>, key: string, value: (length: number) => V): V => {
    const known = map.get(key) ?? value(map.size);
    map.set(key, known);
    return known;
  };
  const namesNoRecord = row !== null && record === null && readRowText(leaf, row) !== null;
  const shown = {
    row,
    record: showing === 'record' && record !== null ? at(contents.records, record, (length) => length) : null,
    envelope:
      envelopes || row === null || namesNoRecord
        ? at(contents.envelopes, leaf.txId, (length): [number, Uint8Array] => [length, envelope])[0]
        : null,
  };
  return [{ index, place, shown }];
}

/** The path of listed events of a tree. */
export function pathOf(events: readonly KnownEvent[], listed: readonly ProofEvent[]): Uint8Array {
  if (listed.length === 0) return new Uint8Array();
  const tree = new MerkleTree(events.map(({ leaf }) => encodeEventLeaf(leaf)));
  return concat(...tree.multiproof(listed.map(({ index }) => index)));
}
