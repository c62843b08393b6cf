import { keccak256 } from './keccak.js';
import { packPath } from './nibbles.js';
import { rlpBytes, rlpList } from './rlp.js';

/** Nodes of the plain trie. They never change: an update makes new ones along the path of its key. */
export type PlainNode = Leaf | Extension | Branch;

const NOTHING = Uint8Array.of(0x80);

abstract class Coded {
  #rlp: Uint8Array | null = null;
  #reference: Uint8Array | null = null;

  protected abstract encode(): Uint8Array;

  /** The node's own RLP. */
  get rlp(): Uint8Array {
    return (this.#rlp ??= this.encode());
  }

  /** What the node above holds: the RLP itself where it is shorter than a hash, else the RLP of its hash. */
  get reference(): Uint8Array {
    return (this.#reference ??= this.rlp.length < 32 ? this.rlp : rlpBytes(keccak256(this.rlp)));
  }
}

/** The end of a key: what is left of its path, and its value. */
export class Leaf extends Coded {
  readonly kind = 'leaf';
  constructor(
    readonly path: Uint8Array,
    readonly value: Uint8Array,
  ) {
    super();
  }

  protected override encode(): Uint8Array {
    return rlpList([rlpBytes(packPath(this.path, true)), rlpBytes(this.value)]);
  }
}

/** Half-bytes that all keys below share; always above a branch. */
export class Extension extends Coded {
  readonly kind = 'extension';
  constructor(
    readonly path: Uint8Array,
    readonly child: Branch,
  ) {
    super();
  }

  protected override encode(): Uint8Array {
    return rlpList([rlpBytes(packPath(this.path, false)), this.child.reference]);
  }
}

/** A fork: at least two of 16 children and a value for the key that ends here. */
export class Branch extends Coded {
  readonly kind = 'branch';
  constructor(
    readonly children: readonly (PlainNode | null)[],
    readonly value: Uint8Array | null,
  ) {
    super();
  }

  protected override encode(): Uint8Array {
    const items = this.children.map((child) => child?.reference ?? NOTHING);
    return rlpList([...items, rlpBytes(this.value ?? new Uint8Array())]);
  }
}
