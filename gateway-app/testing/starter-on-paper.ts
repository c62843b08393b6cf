import { Starter } from '../deploy/local/starter.js';
import type { ProcessEntry, ProcessSpec } from '../deploy/processes.js';
import type { Workspace } from '../workspace/workspace.js';

/** Processes that run only on paper: `done` is told what is started and stopped. */
export class StarterOnPaper extends Starter {
  readonly #running: Set<string>;
  readonly #done: (what: string) => void;

  /** `running`: the names of what runs; kept in step. */
  constructor(workspace: Workspace, running: Set<string>, done: (what: string) => void) {
    super(workspace, done);
    this.#running = running;
    this.#done = done;
  }

  override runs(name: string): boolean {
    return this.#running.has(name);
  }

  override ensure({ name, owner }: ProcessSpec): ProcessEntry {
    if (!this.#running.has(name)) this.#done(`start ${name}`);
    this.#running.add(name);
    return { name, pid: 2, started: 'gone', owner };
  }

  override stop(name: string): Promise<void> {
    if (this.#running.delete(name)) this.#done(`stop ${name}`);
    return Promise.resolve();
  }
}
