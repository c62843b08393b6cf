import { equalBytes, toHex } from '../bytes/bytes.js';
import { CotraceError } from '../errors.js';
import type { Rev } from '../formats/rev.js';
import { sha256 } from '../hash.js';
import type { GroupDifference } from './compare.js';
import { DELETED_VALUE_HASH, type RankEntry } from './entry.js';

/** What is to be done about one key. */
export interface Repair {
  /**
   * `fetch`: the key is lost; `replace`: it is there otherwise than it should be; `drop`: what is there should not be,
   * and of the state what `dropsState` says.
   */
  readonly kind: 'fetch' | 'replace' | 'drop';
  readonly key: string;
  /** The entry as it should be; null to drop. */
  readonly entry: RankEntry | null;
  /** What the own tree has instead. */
  readonly own: readonly RankEntry[];
}

/**
 * What repairs a state, by key: an entry that is in a wrong group is one replacement, not a loss and an extra. Holds
 * as much as is damaged; in portions, the differences of each rank can be applied by themselves, and an entry that moved
 * from one portion to another is fetched in the one and dropped in the other, in either order.
 */
export function repairSet(differences: Iterable<GroupDifference>): Repair[] {
  const keys = new Map<string, { entry: RankEntry | null; own: RankEntry[] }>();
  const of = (key: string) => {
    const known = keys.get(key) ?? { entry: null, own: [] };
    keys.set(key, known);
    return known;
  };
  for (const { surplus, missing } of differences) {
    for (const entry of surplus) of(entry.key).own.push(entry);
    for (const entry of missing) of(entry.key).entry = entry;
  }
  return Array.from(keys, ([key, { entry, own }]) => {
    const kind = entry === null ? 'drop' : own.length === 0 ? 'fetch' : 'replace';
    return { kind, key, entry, own };
  });
}

/**
 * Whether what the state has of the key, of version `rev`, goes with the repair: only where it is what is dropped, for
 * another portion may have fetched the key by then, and a damaged tree may have it twice.
 */
export function dropsState({ kind, own }: Repair, { blockNum, txNum, verNum }: Rev): boolean {
  return (
    kind === 'drop' &&
    own.some((one) => one.blockNum === blockNum && one.txNum === txNum && one.verNum === verNum)
  );
}

/**
 * Whether the value of a repair has to be fetched: not for a key to drop, a deleted one, or one whose value is right
 * and whose version alone is not.
 */
export function needsValue({ entry, own }: Repair): boolean {
  return (
    entry !== null &&
    !equalBytes(entry.valueHash, DELETED_VALUE_HASH) &&
    !own.some(({ valueHash }) => equalBytes(valueHash, entry.valueHash))
  );
}

/** Checks a value that `peer` sent for an entry of a repair; returning is the proof. Throws `PEER_LIES`, naming it. */
export function verifyValue(entry: RankEntry, value: Uint8Array, peer: string): void {
  const hash = sha256(value);
  if (!equalBytes(hash, entry.valueHash)) {
    throw new CotraceError('PEER_LIES', `${peer} sent a value that is not the consortium's`, {
      peer,
      key: entry.key,
      expected: toHex(entry.valueHash),
      sent: toHex(hash),
    });
  }
}
