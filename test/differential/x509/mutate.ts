import type { Chance } from './chance.js';
import { leaf, nodesOf, type Node } from './der.js';

const IDENTIFIERS = [
  0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x0c, 0x13, 0x17, 0x18, 0x30, 0x31, 0x80, 0x81, 0xa0, 0xa3, 0x1f, 0x9f,
] as const;
const LENGTHS = ['long', 'indefinite', 'short by one', 'long by one'] as const;

/** Changes one or two elements of a tree: identifiers, lengths, contents, order, presence. */
export function mutate(chance: Chance, root: Node): void {
  const times = 1 + chance.below(2);
  for (let i = 0; i < times; i++) {
    const nodes = nodesOf(root);
    mutateOne(chance, nodes[chance.below(nodes.length)] ?? root);
  }
}

function mutateOne(chance: Chance, target: Node): void {
  switch (chance.below(6)) {
    case 0:
      target.identifier = chance.of(IDENTIFIERS);
      return;
    case 1:
      target.length = chance.of(LENGTHS);
      return;
    default:
      target.content =
        target.content instanceof Uint8Array
          ? bytesChanged(chance, target.content)
          : changed(chance, target.content);
  }
}

function bytesChanged(chance: Chance, content: Uint8Array): Uint8Array {
  const at = chance.below(content.length + 1);
  switch (chance.below(3)) {
    case 0:
      return content.map((octet, i) => (i === at ? octet ^ (1 << chance.below(8)) : octet));
    case 1:
      return Uint8Array.from([...content.subarray(0, at), ...content.subarray(at + 1)]);
    default:
      return Uint8Array.from([
        ...content.subarray(0, at),
        chance.of([0, 0x80, 0xff, 0x1f, 0x30]),
        ...content.subarray(at),
      ]);
  }
}

function changed(chance: Chance, content: Node[]): Node[] {
  const at = chance.below(content.length);
  const [first, rest] = [content.slice(0, at), content.slice(at + 1)];
  const target = content[at];
  if (target === undefined) return [leaf(chance.of(IDENTIFIERS), chance.bytes(2))];
  switch (chance.below(4)) {
    case 0:
      return [...first, ...rest];
    case 1:
      return [...first, target, target, ...rest];
    case 2:
      return [...rest, target, ...first];
    default:
      return [...first, target, leaf(chance.of(IDENTIFIERS), chance.bytes(2)), ...rest];
  }
}
