import type { ToldRecord } from '../../verifier/trace-proof/testing/reference-ledger.js';
import { MasterScene } from './master-proof-scene.js';
import { M, N, O, ProofWorld } from './trace-proof-scene.js';

export const GTIN = 'https://id.gs1.org/01/09521234500049';
export const LOTS = ['A', 'B', 'C', 'D'].map((lot) => `${GTIN}/10/${lot}`);
export const CRATES = ['1', '2'].map((serial) => `https://id.gs1.org/8003/0952123450004900${serial}`);
export const [A = '', B = '', X = ''] = LOTS;
export const [P = ''] = CRATES;

/** Scenes of one world, in the order in which they are made. */
export class MasterScenes {
  readonly #world: ProofWorld;
  readonly #scenes: MasterScene[] = [];

  private constructor(world: ProofWorld) {
    this.#world = world;
  }

  static async create(): Promise<MasterScenes> {
    return new MasterScenes(await ProofWorld.create());
  }

  async add(): Promise<MasterScene> {
    const scene = await MasterScene.create(this.#world, `scene${this.#scenes.length}`);
    this.#scenes.push(scene);
    return scene;
  }

  /** A is made, put in P, shipped, and made to X. */
  async chain(): Promise<MasterScene> {
    const scene = await this.add();
    scene.capture(O, { ...told('make', { id: A, role: 'subject' }), change: 'add' });
    scene.capture(O, {
      ...told('pack', { id: P, role: 'parent' }, { id: A, role: 'child' }),
      bond: 'aggregation',
      change: 'add',
    });
    scene.capture(M, { ...told('ship', { id: P, role: 'subject' }), change: 'see' });
    scene.capture(N, told('mill', { id: A, role: 'input' }, { id: X, role: 'output' }));
    await scene.follow();
    return scene;
  }

  async close(): Promise<void> {
    for (const scene of this.#scenes) await scene.close();
    await this.#world.remove();
  }
}

let minutes = 0;
/** A record a minute after the one before. */
export function told(name: string, ...traces: ToldRecord['traces']): ToldRecord {
  minutes += 1;
  const time = new Date(Date.UTC(2026, 4, 1) + 60_000 * minutes).toISOString();
  return { name, traces, time };
}
