import { Starter } from '../deploy/local/starter.js';
import type { ProcessEntry, ProcessSpec } from '../deploy/processes.js';
import type { Workspace } from '../workspace/workspace.js';

/** A starter that starts nothing and keeps what it is told. */
export class RecordingStarter extends Starter {
  /** As `stop a` and `start a`, in order. */
  readonly told: string[] = [];
  readonly specs: ProcessSpec[] = [];
  readonly #whenStarted: (spec: ProcessSpec) => ProcessEntry | null;

  /** `whenStarted`: what each process does, and where it is there; one that is not has ended. */
  constructor(workspace: Workspace, whenStarted: (spec: ProcessSpec) => ProcessEntry | null = () => null) {
    super(workspace, () => undefined);
    this.#whenStarted = whenStarted;
  }

  /** Everything since the last call. */
  take(): readonly string[] {
    return this.told.splice(0);
  }

  override ensure(spec: ProcessSpec): ProcessEntry {
    this.told.push(`start ${spec.name}`);
    this.specs.push(spec);
    const running = this.#whenStarted(spec);
    return running ?? { name: spec.name, owner: spec.owner, pid: process.pid, started: 'gone' };
  }

  override stop(name: string): Promise<void> {
    this.told.push(`stop ${name}`);
    return Promise.resolve();
  }
}
