import type { Chance } from './chance.js';
import { leaf, node, oid, sequence, type Node } from './der.js';

const TYPES = [
  '2.5.4.3',
  '2.5.4.11',
  '2.5.4.11',
  '2.5.4.10',
  '2.5.4',
  '2.5.4.3.1',
  '1.2.3',
  '2.5.4.2147483647',
] as const;
const STRINGS = [0x0c, 0x12, 0x13, 0x14, 0x16, 0x1e, 0x1b, 0x1a, 0x1c, 0x04, 0x30] as const;
const TEXTS = [
  'peer',
  'client',
  '123 4',
  "a'()+,-./:=?",
  '*.b',
  'a&b',
  'a_b',
  'é',
  '@',
  '',
  '\0',
  '\xff\xfe',
  '\0p\0e\0\0',
  '\xd8\0',
  '\xfd\xd0',
] as const;

/** A distinguished name; one in a few has something odd. */
export function name(chance: Chance): Node {
  const most = chance.of([1, 2, 3]);
  return sequence(...chance.some(most, () => relative(chance)), relative(chance));
}

function relative(chance: Chance): Node {
  const identifier = chance.once(60) ? chance.of([0x30, 0x11]) : 0x31;
  return node(
    identifier,
    ...(chance.once(20) ? [] : [attribute(chance)]),
    ...(chance.once(8) ? [attribute(chance)] : []),
  );
}

function attribute(chance: Chance): Node {
  if (!chance.once(6))
    return sequence(oid(chance.of(TYPES)), leaf(0x0c, chance.of(['peer', 'client', 'admin', 'Org1'])));
  const type = chance.once(15)
    ? leaf(6, chance.of([[], [0x80, 1], [0x55, 0x84], [0x55, 0x88, 0x80, 0x80, 0x80, 0]]))
    : oid(chance.of(TYPES));
  const value = leaf(chance.of(STRINGS), chance.of(TEXTS));
  return sequence(type, value, ...(chance.once(10) ? [leaf(5, [])] : []));
}
