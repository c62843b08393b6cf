import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Measures in the folder `kept`, or in one that is removed afterwards where it is null. Ends quietly when `signal` is aborted. */
export async function inFolder(
  kept: string | null,
  signal: AbortSignal,
  measure: (folder: string) => Promise<void>,
): Promise<void> {
  const folder = kept ?? (await mkdtemp(join(tmpdir(), 'cotrace-ledger-')));
  try {
    await measure(folder);
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    if (kept === null) await rm(folder, { recursive: true, force: true });
  }
}
