import { readNetworkState, writeNetworkState } from './network-state.js';
import {
  findProcesses,
  isRunning,
  startProcess,
  stopProcess,
  type ProcessEntry,
  type ProcessSpec,
} from '../processes.js';
import type { Progress } from '../progress.js';
import type { Workspace } from '../../workspace/workspace.js';
import { END_MS } from '../limits.js';

/** Starts and stops the processes of a workspace, and keeps `network.json` in step. */
export class Starter {
  readonly #workspace: Workspace;
  readonly #progress: Progress;

  constructor(workspace: Workspace, progress: Progress) {
    this.#workspace = workspace;
    this.#progress = progress;
  }

  /** The entries of `network.json`, running or not. */
  entries(): readonly ProcessEntry[] {
    return readNetworkState(this.#workspace).processes;
  }

  /** Whether the process of this name runs. */
  runs(name: string): boolean {
    const entry = this.entries().find((candidate) => candidate.name === name);
    return entry !== undefined && isRunning(entry);
  }

  /** Takes in processes under `names` that a command started and did not live to write down. */
  adopt(names: readonly string[]): void {
    const known = this.entries();
    const entries = withLostProcesses(this.#workspace, known, names);
    if (entries.some((entry) => !known.includes(entry))) this.#write(entries);
  }

  /** The process of this name, started if it does not run. */
  ensure(spec: ProcessSpec): ProcessEntry {
    const known = this.entries().find(({ name }) => name === spec.name);
    if (known !== undefined && isRunning(known)) return known;
    this.#progress(`starting ${spec.name}`);
    const entry = startProcess(spec);
    this.#write([...this.entries().filter(({ name }) => name !== spec.name), entry]);
    return entry;
  }

  /** Ends the process of this name, if it runs. */
  async stop(name: string): Promise<void> {
    await this.#end(name, END_MS);
  }

  /** Ends the process of this name at once, if it runs: one that hangs would not end by itself. */
  async kill(name: string): Promise<void> {
    await this.#end(name, 0);
  }

  async #end(name: string, patience: number): Promise<void> {
    const entry = this.entries().find((candidate) => candidate.name === name);
    if (entry === undefined) return;
    await stopProcess(entry, patience);
    this.#write(this.entries().filter((candidate) => candidate.name !== name));
  }

  #write(processes: readonly ProcessEntry[]): void {
    writeNetworkState(this.#workspace, { ...readNetworkState(this.#workspace), processes });
  }
}

/** Entries, those replaced and added that run under `names` without standing among them. */
export function withLostProcesses(
  workspace: Workspace,
  entries: readonly ProcessEntry[],
  names: readonly string[],
): readonly ProcessEntry[] {
  const lost = findProcesses(workspace.root, names).filter(
    (found) => !entries.some(({ pid, started }) => pid === found.pid && started === found.started),
  );
  const replaced = new Set(lost.map(({ name }) => name));
  return [...entries.filter(({ name }) => !replaced.has(name)), ...lost];
}
