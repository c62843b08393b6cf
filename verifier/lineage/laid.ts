import { CERTAIN, REASONS, type Why } from './reasons.js';
import { push } from './record-facts.js';
import { Spans } from './spans.js';
import { lowerBound, type Span } from './times.js';

/** A reason laid over the entries from `first` to before `end` that are at one of the times. */
export interface Layer {
  readonly times: Spans;
  readonly why: Why;
  readonly first: number;
  readonly end: number;
}

/**
 * For each entry, by rising time, the reasons laid over it, or null where there are none. One pass for all layers whose
 * times are of one list, as most are.
 */
export function layOver(
  entries: readonly { readonly time: string }[],
  layers: readonly Layer[],
): (Why | null)[] {
  const byList = new Map<readonly Span[], Layer[]>();
  const plain: Layer[] = [];
  for (const layer of layers) {
    const { times } = layer;
    const { hull } = times;
    if (hull === null) continue;
    const cut = {
      ...layer,
      first: Math.max(layer.first, lowerBound(entries, hull.from)),
      end: Math.min(layer.end, lowerBound(entries, hull.to, true)),
    };
    if (times.count === 1) plain.push(cut);
    else push(byList, times.list, cut);
  }
  const found = new Array<Why | null>(entries.length).fill(null);
  sumUp(plain, (at, why) => (found[at] = why));
  for (const [list, cut] of byList) {
    const times = Spans.of(list);
    sumUp(cut, (at, why) => {
      if (times.has(entries[at]?.time ?? '')) found[at] = (found[at] ?? CERTAIN) | why;
    });
  }
  return found;
}

/** Calls for each place over which something is laid, with all reasons there. */
function sumUp(layers: readonly Layer[], each: (at: number, why: Why) => void): void {
  const changes = new Map<number, { why: Why; by: 1 | -1 }[]>();
  for (const { first, end, why } of layers) {
    if (first >= end) continue;
    push(changes, first, { why, by: 1 });
    push(changes, end, { why, by: -1 });
  }
  const counts = new Int32Array(REASONS.length);
  let [depth, because] = [0, CERTAIN];
  const places = [...changes.keys()].sort((a, b) => a - b);
  for (const [i, place] of places.entries()) {
    for (const { why, by } of changes.get(place) ?? []) {
      depth += by;
      for (let bit = 0; bit < REASONS.length; bit++) {
        if ((why & (1 << bit)) === 0) continue;
        const count = (counts[bit] ?? 0) + by;
        counts[bit] = count;
        because = count > 0 ? because | (1 << bit) : because & ~(1 << bit);
      }
    }
    if (depth > 0) for (let at = place; at < (places[i + 1] ?? place); at++) each(at, because);
  }
}
