import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { NodeAnswer } from './answers.js';
import { Cotrace, type Answer } from './cotrace.js';

const PATIENCE_MS = 120_000;

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

  /** The nodes, once every one has processed every block. */
  async settledNodes(): Promise<readonly NodeAnswer[]> {
    return (await this.#nodesOnce((nodes) => nodes.every(({ lag }) => lag === '0'))).value;
  }

  /** What `nodes` answers once every node does but those that `isGone` names: on a busy machine one may be late. */
  nodesBut(isGone: (name: string) => boolean): Promise<Answer<readonly NodeAnswer[]>> {
    return this.#nodesOnce((nodes) => nodes.every(({ name, state }) => isGone(name) || state !== 'away'));
  }

  async #nodesOnce(isSo: (nodes: readonly NodeAnswer[]) => boolean): Promise<Answer<readonly NodeAnswer[]>> {
    const deadline = Date.now() + PATIENCE_MS;
    for (;;) {
      const answer = await this.cotrace.json<readonly NodeAnswer[]>('nodes');
      if (isSo(answer.value)) return answer;
      if (Date.now() > deadline)
        throw new Error(`the nodes stay as they are: ${JSON.stringify(answer.value)}`);
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
