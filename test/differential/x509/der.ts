import { concat } from '@cotrace/core';
import { derElement } from '../../../fabric-model/identity/der.js';

/** An element of DER to build and to change: its identifier octet, and contents or elements. */
export interface Node {
  identifier: number;
  content: Uint8Array | Node[];
  /** How the length is written where it is not as DER wants it. */
  length?: 'long' | 'indefinite' | 'short by one' | 'long by one';
}

export function node(identifier: number, ...content: (Node | null)[]): Node {
  return { identifier, content: content.filter((child) => child !== null) };
}

export function leaf(identifier: number, content: Uint8Array | readonly number[] | string): Node {
  return {
    identifier,
    content: Uint8Array.from(typeof content === 'string' ? Buffer.from(content, 'latin1') : content),
  };
}

export const sequence = (...content: (Node | null)[]): Node => node(0x30, ...content);

/** An OBJECT IDENTIFIER of dotted text. */
export function oid(text: string): Node {
  const [first = 0, second = 0, ...rest] = text.split('.').map(Number);
  return leaf(6, [40 * first + second, ...rest].flatMap(base128));
}

function base128(value: number): number[] {
  const octets = [value % 128];
  for (let left = Math.floor(value / 128); left > 0; left = Math.floor(left / 128))
    octets.unshift(128 + (left % 128));
  return octets;
}

/** The bytes of an element. */
export function encode({ identifier, content, length }: Node): Uint8Array {
  const inside = content instanceof Uint8Array ? content : concat(...content.map(encode));
  const size = inside.length;
  switch (length) {
    case 'long':
      return concat(Uint8Array.of(identifier, 0x84, size >>> 24, size >>> 16, size >>> 8, size), inside);
    case 'indefinite':
      return concat(Uint8Array.of(identifier, 0x80), inside, Uint8Array.of(0, 0));
    case 'short by one':
    case 'long by one': {
      const other = new Uint8Array(length === 'short by one' ? Math.max(size - 1, 0) : size + 1);
      const header = derElement(identifier, other);
      return concat(header.subarray(0, header.length - other.length), inside);
    }
    default:
      return derElement(identifier, inside);
  }
}

/** All elements of a tree, the root first. */
export function nodesOf(root: Node): Node[] {
  return [root, ...(root.content instanceof Uint8Array ? [] : root.content.flatMap(nodesOf))];
}
