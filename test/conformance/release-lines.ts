import type { Seen } from './describe.js';
import type { Observation } from './run-script.js';

/** What Fabric 3.x says, as which the embedded network speaks, and what 2.5 says in its place. */
const IN_2_5 = [
  [
    'channel does not exist',
    'channel creation request not allowed because the orderer system channel is not defined',
  ],
  ['message is of type that is no longer supported', 'message is of type that cannot be processed directly'],
] as const;
/** In every refusal of a proposal for its time, which 2.5 does not look at. */
const TIME_WINDOW = 'peer.authentication.timewindow';

/**
 * Where a gateway asks several peers at once, it names the one whose response came later than the one it differs from:
 * chance, in Fabric (internal/pkg/gateway/endorse.go) as in the embedded network.
 */
const LATER = / \| \w+ \| [^|"]+ \| (?=ProposalResponsePayloads do not match)/g;

/**
 * What was seen on Fabric of a version and on the embedded network, made comparable: without what 2.5 does otherwise
 * than 3.x (network/devnet/COMPLIANCE.md lists it), and whose of two differing responses came later.
 */
export function comparable(
  version: string,
  fabric: readonly Observation[],
  embedded: readonly Observation[],
): readonly [readonly Observation[], readonly Observation[]] {
  const [ofFabric, ofEmbedded] = [withoutChance(fabric), withoutChance(embedded)];
  if (!version.startsWith('2.5.')) return [ofFabric, ofEmbedded];
  const refused = new Set(
    embedded.flatMap(({ at, seen }) => (JSON.stringify(seen).includes(TIME_WINDOW) ? [at] : [])),
  );
  const compared = (all: readonly Observation[]) =>
    all.filter(({ at }) => !refused.has(at)).map(({ at, seen }) => ({ at, seen: withoutMismatches(seen) }));
  return [compared(ofFabric), compared(ofEmbedded).map(({ at, seen }) => ({ at, seen: inWordsOf25(seen) }))];
}

function withoutChance(all: readonly Observation[]): Observation[] {
  return all.map(({ at, seen }) => ({
    at,
    seen: JSON.parse(JSON.stringify(seen).replaceAll(LATER, ' | a peer | ')) as Seen,
  }));
}

/** 2.5 does not say in what an approval differs. */
function withoutMismatches(seen: Seen): Seen {
  if (typeof seen !== 'object' || seen === null || !('mismatches' in seen)) return seen;
  return { ...seen, mismatches: [] };
}

function inWordsOf25(seen: Seen): Seen {
  const text = IN_2_5.reduce((words, [now, then]) => words.replaceAll(now, then), JSON.stringify(seen));
  return JSON.parse(text) as Seen;
}
