const NOBODY = 65_534;

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
