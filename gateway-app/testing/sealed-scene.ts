import { sha256, type PartLeaf } from '@cotrace/core';
import type { SealedSource } from '../business/checking/follow-cycles.js';
import { BusinessScene } from './business-scene.js';
import type { TestBusinessNode, TestBusinessOptions } from './test-business-node.js';
import { TestSealer } from './test-sealer.js';
import { put } from './transactions.js';

/** A chain of four cycles of two blocks, and the digests that a business node of `goods` has at their ends. */
export class SealedScene {
  readonly scene: BusinessScene;
  /** Of the domain and of `_lifecycle`, by cycle from 1 on. */
  readonly domain: Uint8Array[] = [];
  readonly lifecycle: Uint8Array[] = [];

  private constructor(scene: BusinessScene) {
    this.scene = scene;
  }

  static async create(): Promise<SealedScene> {
    const scene = await BusinessScene.create({ checkingHeight: 2, domains: ['goods', 'retail', 'idle'] });
    const { chain, masters, network } = scene;
    for (let i = 4; i <= 8; i++) chain.add([put(network, i === 5 ? 'retail' : 'goods', { a: String(i) })]);
    for (const master of masters) await master.follow(chain);
    const cycles = new SealedScene(scene);
    const witness = await scene.start(cycles.following([]));
    await witness.until(() => witness.height === 9n);
    for (const checkNum of [1n, 2n, 3n, 4n]) {
      cycles.domain.push(witness.held.domain.view(checkNum).digest);
      cycles.lifecycle.push(witness.held.lifecycle.view(checkNum).digest);
    }
    return cycles;
  }

  /** How a node of `goods` is started that follows sealed headers. */
  following(sealed: readonly SealedSource[], folder = this.scene.newFolder()): TestBusinessOptions {
    const { scene } = this;
    return { folder, origins: scene.origins(), sources: scene.sources(), sealed };
  }

  /** The parts of a cycle; each may be made another, or left out with null. */
  partsOf(
    checkNum: number,
    goods: Uint8Array | null = this.domain[checkNum - 1] ?? null,
    lifecycle: Uint8Array | null = this.lifecycle[checkNum - 1] ?? null,
  ): PartLeaf[] {
    return [
      ...(lifecycle === null ? [] : [{ domain: '_lifecycle', hpart: lifecycle }]),
      ...(goods === null ? [] : [{ domain: 'goods', hpart: goods }]),
    ];
  }

  /** A sealer that has sealed as many cycles; `goods` and `_lifecycle` may be another in some. */
  sealed(
    cycles: number,
    goods: Readonly<Record<number, Uint8Array>> = {},
    lifecycle: Readonly<Record<number, Uint8Array>> = {},
  ): TestSealer {
    const sealer = new TestSealer(this.scene.network, this.scene.chain, this.scene.masterOf(0));
    for (let n = 1; n <= cycles; n++) sealer.seal(this.partsOf(n, goods[n], lifecycle[n]));
    return sealer;
  }
}

/** A digest that no state has. */
export const another = (n: number): Uint8Array => sha256(Uint8Array.of(n));

/** How a node stands to what was sealed. */
export const standing = ({ follower, book }: TestBusinessNode) => ({
  state: follower.state,
  upTo: book.consistentUpTo,
  differs: book.differences.map(({ domain, checkNum, code }) => `${domain} ${checkNum} ${code}`),
});
