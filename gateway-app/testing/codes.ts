import { isCotraceError } from '@cotrace/core';

/** Code of the error that `act` throws or rejects with; null where it does neither. Other errors pass through. */
export async function codeOf(act: () => unknown): Promise<string | null> {
  try {
    await act();
    return null;
  } catch (error) {
    if (isCotraceError(error)) return error.code;
    throw error;
  }
}
