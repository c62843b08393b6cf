import { concat, utf8 } from '../../bytes/bytes.js';
import { lp, u16, u32, u8 } from '../../bytes/codec.js';
import { leafHash } from '../../merkle/hashing.js';
import { traceIdsWithPrefix } from '../key-range.js';
import { mbRoot } from '../mb-root.js';
import type { Forgery } from './forgeries.js';

/** An entry of a leaf, field by field. */
interface RawEntry {
  readonly key: Uint8Array;
  readonly txNum?: number;
  readonly flags?: number;
  /** Where its tail ends; what it should be where not given. */
  readonly end?: number;
}

const ORDER = 4;
const TX_ID = leafHash(utf8('transaction'));
const NOTHING: Uint8Array = new Uint8Array();
const ALL = traceIdsWithPrefix('');

const named = (...keys: string[]): RawEntry[] => keys.map((key) => ({ key: utf8(key) }));

function leaf(entries: readonly RawEntry[], prefix = NOTHING): Uint8Array {
  let end = 0;
  const table = entries.map((entry) => {
    end += entry.key.length;
    return concat(u32(entry.end ?? end), u32(entry.txNum ?? 0), u8(entry.flags ?? 0), TX_ID);
  });
  return concat(utf8('l'), lp(prefix), u16(entries.length), ...table, ...entries.map(({ key }) => key));
}

function inner(children: readonly Uint8Array[]): Uint8Array {
  const table = children.map((child) => concat(u32(0), u32(28), leafHash(child)));
  return concat(utf8('n'), lp(NOTHING), u16(children.length), ...table);
}

/** A proof that shows all of a tree of `count` entries, by the nodes from the top down, and its root. */
function shown(name: string, count: number, nodes: readonly Uint8Array[], code = 'BAD_INDEX_NODE'): Forgery {
  const proof = concat(
    utf8('cotrace.mbproof.v1\0'),
    u16(ORDER),
    u32(count),
    u32(0),
    u32(nodes.length),
    ...nodes.map((node) => lp(node)),
  );
  const [top = NOTHING] = nodes;
  return { name, code, claim: { proof, root: mbRoot(ORDER, count, leafHash(top)), range: ALL } };
}

/** Roots of what is no MB+ tree, with proofs whose hashes are right. `sound` is one, made the same way, that is a tree. */
export function falseTrees(): { readonly sound: Forgery; readonly forgeries: readonly Forgery[] } {
  const one = (name: string, entries: readonly RawEntry[], prefix?: Uint8Array, code?: string) =>
    shown(name, entries.length, [leaf(entries, prefix)], code);
  const two = (name: string, left: readonly RawEntry[], right: readonly RawEntry[]) => {
    const leaves = [leaf(left), leaf(right)];
    return shown(name, 4, [inner(leaves), ...leaves]);
  };
  const leaves = [leaf(named('A', 'B')), leaf(named('C', 'D'))];
  return {
    sound: two('a tree', named('A', 'B'), named('B', 'C')),
    forgeries: [
      one('a leaf whose keys fall', named('B', 'A')),
      one('entries of one key whose txNum falls', [
        { key: utf8('A'), txNum: 2 },
        { key: utf8('A'), txNum: 1 },
      ]),
      one('an upstream entry before the own one', [
        { key: utf8('A'), flags: 2 },
        { key: utf8('A'), flags: 0 },
      ]),
      two('leaves in the other order', named('C', 'D'), named('A', 'B')),
      two('leaves whose keys overlap', named('A', 'C'), named('B', 'D')),
      two('leaves of other sizes than the shape’s', named('A'), named('B', 'C', 'D')),
      shown('a leaf of fewer entries than the tree has', 3, [leaf(named('A', 'B'))]),
      shown('an inner node of more children than the shape’s', 4, [
        inner([...leaves, leaf(named('E'))]),
        ...leaves,
      ]),
      shown('a leaf in place of the top node', 4, [leaf(named('A', 'B')), ...leaves]),
      shown('an inner node in place of a leaf', 1, [inner([leaf(named('A'))])]),
      shown('a leaf with bytes behind its end', 1, [concat(leaf(named('A')), u8(0))]),
      shown('a leaf without entries', 1, [leaf([])]),
      shown('a node of no bytes', 1, [NOTHING]),
      one('an entry with a key of no bytes', named('', 'A')),
      one('an entry with too long a key', named('A'.repeat(513))),
      one('a key too long with its prefix', named('A'), utf8('A'.repeat(512))),
      one('too long a prefix', named('A'), utf8('A'.repeat(513))),
      one('an entry with unknown flags', [{ key: utf8('A'), flags: 4 }]),
      one(
        'an entry without the previous block that it says it has',
        [{ key: utf8('B'), flags: 1 }],
        utf8('A'),
      ),
      one('entries that overlap', [
        { key: utf8('AA'), end: 2 },
        { key: utf8('B'), end: 1 },
      ]),
      one('an entry that ends behind its leaf', [{ key: utf8('A'), end: 0xffffffff }]),
      one('a key that is not UTF-8', [{ key: Uint8Array.of(0xc3) }], NOTHING, 'BAD_UTF8'),
      one('a key with a lone surrogate', [{ key: Uint8Array.of(0xed, 0xa0, 0x80) }], NOTHING, 'BAD_UTF8'),
    ],
  };
}
