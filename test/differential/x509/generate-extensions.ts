import type { Chance } from './chance.js';
import { encode, leaf, node, oid, sequence, type Node } from './der.js';
import { uri } from './generate-uri.js';
import { mutate } from './mutate.js';

/** Each extension that Go reads: its number, how it mostly stands, and odd forms. */
const KINDS: readonly [Kind, ...Kind[]] = [
  { id: '2.5.29.14', make: (chance) => leaf(4, chance.bytes(4)) },
  {
    id: '2.5.29.15',
    critical: true,
    make: (chance, isCA) => leaf(3, chance.once(5) ? oddBits(chance) : isCA ? [2, 4] : [7, 0x80]),
  },
  { id: '2.5.29.17', make: (chance) => sequence(...chance.some(3, () => alternativeName(chance))) },
  { id: '2.5.29.31', make: (chance) => sequence(...chance.some(2, () => point(chance))) },
  { id: '2.5.29.32', make: (chance) => sequence(...chance.some(3, () => sequence(policy(chance)))) },
  {
    id: '2.5.29.35',
    make: (chance) =>
      sequence(
        ...chance.of<Node[]>([
          [leaf(0x80, chance.bytes(4))],
          [],
          [leaf(0xa0, [1])],
          [leaf(0x81, [1]), leaf(0x80, [2])],
        ]),
      ),
  },
  {
    id: '2.5.29.37',
    make: (chance) =>
      sequence(
        ...chance.some(3, () =>
          oid(chance.of(['1.3.6.1.5.5.7.3.1', '1.3.6.1.5.5.7.3.2', '2.5.29.37.0', '1.2.3'])),
        ),
      ),
  },
  {
    id: '1.3.6.1.5.5.7.1.1',
    make: (chance) =>
      sequence(
        ...chance.some(2, () =>
          sequence(oid('1.3.6.1.5.5.7.48.1'), leaf(chance.of([0x86, 0x82]), 'http://x')),
        ),
      ),
  },
  {
    id: '2.5.29.30',
    rare: true,
    make: (chance) => sequence(node(0xa0, sequence(leaf(chance.of([0x82, 0x81, 0x87, 0x86]), 'a.b')))),
  },
  { id: '2.5.29.33', rare: true, make: () => sequence(sequence(oid('1.2.3'), oid('1.2.4'))) },
  { id: '2.5.29.36', rare: true, make: (chance) => sequence(leaf(0x80, [chance.below(200)])) },
  { id: '2.5.29.54', rare: true, make: (chance) => leaf(2, [chance.below(200)]) },
  { id: '1.2.3.4.5.6.7.8.1', make: () => leaf(0x0c, '{"attrs":{}}') },
  { id: '2.5.29', rare: true, make: () => leaf(5, []) },
  { id: '2.5.29.15.1', rare: true, make: () => leaf(5, []) },
];

interface Kind {
  readonly id: string;
  readonly critical?: boolean;
  readonly rare?: boolean;
  readonly make: (chance: Chance, isCA: boolean) => Node;
}

/** Extensions: basic constraints as the certificate's use wants them, and others. */
export function extensions(chance: Chance, isCA: boolean): Node {
  const constraints = extension(chance, '2.5.29.19', true, basicConstraints(chance, isCA));
  const chosen = KINDS.filter(({ rare }) => chance.once(rare === true ? 60 : 4));
  if (chance.once(25)) chosen.push(chance.of(KINDS));
  const others = chosen.map(({ id, critical, make }) => {
    const value = make(chance, isCA);
    if (chance.once(12)) mutate(chance, value);
    return extension(chance, id, chance.once(10) ? chance.once(2) : critical === true, value);
  });
  return sequence(...(chance.once(20) ? [] : [constraints]), ...others);
}

/** One extension of any kind, alternative names with a URI most often. */
export function extensionOf(chance: Chance): Node {
  if (chance.once(2)) return extension(chance, '2.5.29.17', false, sequence(leaf(0x86, uri(chance))));
  const { id, make } = chance.of(KINDS);
  const value = make(chance, chance.once(2));
  if (chance.once(2)) mutate(chance, value);
  return extension(chance, id, chance.once(3), value);
}

/** One extension; what stands after its value is ignored by Go. */
export function extension(chance: Chance, id: string, critical: boolean, value: Node): Node {
  const flag = chance.once(40)
    ? leaf(1, chance.of([[0], [1], [0xff, 0], []]))
    : critical
      ? leaf(1, [0xff])
      : null;
  const bytes = chance.once(15) ? [...encode(value), ...chance.bytes(2)] : encode(value);
  return sequence(oid(id), flag, leaf(4, bytes), chance.once(40) ? leaf(5, []) : null);
}

function basicConstraints(chance: Chance, isCA: boolean): Node {
  const flag = isCA !== chance.once(25) ? leaf(1, [0xff]) : null;
  const odd = [
    [0],
    [0xff],
    [0, 0x80],
    [0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
    [0, 0xff, 0, 0, 0, 0, 0, 0, 0],
    [1, 0, 0, 0, 0, 0, 0, 0, 0],
    [],
  ] as const;
  const length = chance.once(5)
    ? leaf(2, chance.once(3) ? chance.of<readonly number[]>(odd) : [chance.below(3)])
    : null;
  return sequence(flag, length, chance.once(20) ? leaf(5, []) : null);
}

function oddBits(chance: Chance): number[] {
  return [chance.of([0, 0, 1, 3, 7, 8]), ...chance.bytes(3)];
}

function alternativeName(chance: Chance): Node {
  const kind = chance.of([0x81, 0x82, 0x86, 0x86, 0x87, 0x88, 0xa4]);
  const text =
    kind === 0x86
      ? uri(chance)
      : kind === 0x87
        ? chance.of(['abcd', 'abcdefghijklmnop', 'abcde', ''])
        : chance.of(['a.b', '', 'a b', 'x@y', 'é']);
  return leaf(kind, text);
}

function point(chance: Chance): Node {
  const names = node(
    chance.once(8) ? 0xa1 : 0xa0,
    leaf(chance.of([0x86, 0x82]), 'http://x'),
    leaf(0x86, 'y'),
  );
  return sequence(node(chance.once(8) ? 0xa2 : 0xa0, names));
}

function policy(chance: Chance): Node {
  return chance.once(4)
    ? leaf(6, chance.of([[], [0x80], [0x81], [0x8f, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f], [1, 0x80, 1]]))
    : oid(`1.2.${chance.below(4)}`);
}
