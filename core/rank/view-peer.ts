import type { GroupSlice, RankPeer, TreeName } from './peer.js';
import type { RankView } from './rank-view.js';

/** A peer whose view is at hand, as on the serving side of a connection: answers truthfully and notes what it was asked for. */
export class ViewPeer implements RankPeer {
  readonly name: string;
  /** Blocks of the groups that were fetched. */
  readonly groups = new Set<bigint>();
  messages = 0;
  /** Bytes of hashes and groups in the answers. */
  bytes = 0;
  readonly #view: RankView;

  constructor(view: RankView, name: string) {
    this.#view = view;
    this.name = name;
  }

  root(): Promise<Uint8Array> {
    return this.#count(this.#view.top.root, 32);
  }

  nodes(tree: TreeName, level: number, positions: readonly number[]): Promise<readonly Uint8Array[]> {
    return this.#count(this.#view.nodes(tree, level, positions), 32 * positions.length);
  }

  group(blockNum: bigint, offset: number): Promise<GroupSlice> {
    this.groups.add(blockNum);
    const slice = this.#view.group(blockNum, offset);
    return this.#count(slice, 4 + slice.bytes.length);
  }

  #count<T>(answer: T, bytes: number): Promise<T> {
    this.messages++;
    this.bytes += bytes;
    return Promise.resolve(answer);
  }
}
