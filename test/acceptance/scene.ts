import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { NodeAnswer } from './answers.js';
import { Cotrace } from './cotrace.js';

const SETTLE_MS = 30_000;

/** A network of its own in a temporary folder, and place for files. */
export class Scene {
  readonly #folder = mkdtempSync(join(tmpdir(), 'cotrace-acceptance-'));
  readonly cotrace = new Cotrace(join(this.#folder, 'home'));

  /** Path of a file of the scene, which the network knows nothing of. */
  path(name: string): string {
    return join(this.#folder, name);
  }

  /** Writes a file, JSON unless it is text, and returns its path. */
  write(name: string, content: unknown): string {
    const path = this.path(name);
    writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
    return path;
  }

  /** The nodes, once every one that answers has processed every block. */
  async settledNodes(): Promise<readonly NodeAnswer[]> {
    const deadline = Date.now() + SETTLE_MS;
    for (;;) {
      const { value } = await this.cotrace.json<readonly NodeAnswer[]>('nodes');
      if (value.every(({ lag }) => lag === null || lag === '0')) return value;
      if (Date.now() > deadline) throw new Error(`the nodes lag behind: ${JSON.stringify(value)}`);
      await sleep(100);
    }
  }

  /** Stops what runs, and leaves nothing. */
  async remove(): Promise<void> {
    const { code, stderr } = await this.cotrace.run('network', 'down', '--purge');
    if (code !== 0) throw new Error(`the network could not be removed: ${stderr}`);
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
