import { expect } from '@jest/globals';
import type { SystemNetwork } from '../system/network.js';

/** Captures one event after the other, from `begin` until it is stopped; each must be recorded. */
export class Capturing {
  readonly #network: SystemNetwork;
  readonly #failed: string[] = [];
  #recorded = 0;
  #isStopped = false;
  #pending: (() => Promise<void>) | null = null;
  #ended = Promise.resolve();

  constructor(network: SystemNetwork) {
    this.#network = network;
  }

  begin(): void {
    this.#ended = this.#run();
  }

  /** How many are recorded. */
  get recorded(): number {
    return this.#recorded;
  }

  /** Captures one more event. */
  async one(): Promise<void> {
    const { code, said } = await this.#network.run('capture');
    if (code === 0) this.#recorded += 1;
    else this.#failed.push(said);
  }

  /** Does something between two captures, and waits until it is done. */
  between(act: () => Promise<void>): Promise<void> {
    return new Promise((resolve) => {
      this.#pending = async () => {
        const done = act();
        resolve(done);
        await done.catch(() => undefined);
      };
    });
  }

  /** Waits for the last one. */
  end(): Promise<void> {
    this.#isStopped = true;
    return this.#ended;
  }

  /** As `end`. Every one was recorded. */
  async stop(): Promise<void> {
    await this.end();
    expect(this.#failed).toEqual([]);
  }

  async #run(): Promise<void> {
    while (!this.#isStopped) {
      await this.one();
      const pending = this.#pending;
      if (pending === null) continue;
      this.#pending = null;
      await pending();
    }
  }
}
