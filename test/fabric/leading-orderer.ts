import { existsSync, readFileSync } from 'node:fs';
import type { ProcessEntry } from '../../gateway-app/deploy/processes.js';
import type { Workspace } from '../../gateway-app/workspace/workspace.js';

/** The orderer that last became the leader of the main channel, as its log says; none where it does not run. */
export function leadingOrderer(workspace: Workspace, running: readonly ProcessEntry[]): ProcessEntry | null {
  const led = running
    .map((entry) => ({ entry, since: leaderSince(workspace.log(entry.name)) }))
    .filter(({ since }) => since !== '')
    .sort((a, b) => (a.since < b.since ? 1 : -1));
  return led[0]?.entry ?? null;
}

/** When an orderer last became the leader of the main channel; empty where it never did. */
function leaderSince(log: string): string {
  if (!existsSync(log)) return '';
  const lines = readFileSync(log, 'utf8').split('\n');
  const line = lines.findLast(
    (text) => text.includes('Start accepting requests as Raft leader') && text.includes('channel=main'),
  );
  return /\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d+/.exec(line ?? '')?.[0] ?? '';
}
