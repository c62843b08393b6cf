import { setTimeout as sleep } from 'node:timers/promises';
import { findProcesses, startProcess, type ProcessEntry, type ProcessSpec } from '../deploy/processes.js';
import type { Workspace } from '../workspace/workspace.js';

/** A process of a workspace that runs until it is ended, and does nothing. */
export function endlessProcess(workspace: Workspace, name: string): ProcessSpec {
  const args = ['-e', 'setInterval(() => undefined, 1000)'];
  return { name, owner: workspace.root, args, log: workspace.log(name) };
}

/** Such a process that nobody wrote down, once it goes by its name: the kernel sets the name a moment after the start. */
export async function startUnlisted(workspace: Workspace, name: string): Promise<ProcessEntry> {
  const process = startProcess(endlessProcess(workspace, name));
  while (!findProcesses(workspace.root, [name]).some(({ pid }) => pid === process.pid)) await sleep(5);
  return process;
}
