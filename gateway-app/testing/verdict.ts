import { isCotraceError } from '@cotrace/core';

/** What `show` shows of a proof, as JSON, or the code of the error. */
export async function verdictOf(show: () => unknown): Promise<string> {
  try {
    return JSON.stringify(await show(), (_name, value: unknown) =>
      typeof value === 'bigint' ? value.toString() : value,
    );
  } catch (error) {
    if (isCotraceError(error)) return error.code;
    throw error;
  }
}
