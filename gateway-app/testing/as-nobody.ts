import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';

const NOBODY = 65_534;
/** A user that is neither this one nor `NOBODY`. */
const OTHER = 65_533;

/** Whether this process may be another user for a while. */
export const MAY_BE_OTHERS = process.getuid?.() === 0;

/** Runs `work` with the rights of a user that owns nothing; for root alone. */
export async function asNobody(work: () => Promise<void>): Promise<void> {
  if (process.setegid === undefined || process.seteuid === undefined)
    throw new Error('there are no users here');
  process.setegid(NOBODY);
  process.seteuid(NOBODY);
  try {
    await work();
  } finally {
    process.seteuid(0);
    process.setegid(0);
  }
}

/** Runs `work` with the rights of a user that file modes bind. */
export const asOrdinary: typeof asNobody = MAY_BE_OTHERS ? asNobody : (work) => work();

/** A process of another user that goes by a name and owner, once it runs; for root alone. */
export async function processOfOther(name: string, owner: string): Promise<ChildProcess> {
  const other = spawn(process.execPath, ['-e', 'console.log(); setInterval(() => undefined, 1000)'], {
    argv0: `cotrace ${name} of ${owner}`,
    uid: OTHER,
    gid: OTHER,
    cwd: '/',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(other.stdout, 'data');
  return other;
}
