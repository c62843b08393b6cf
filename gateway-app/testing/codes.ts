import { isCotraceError, type CotraceError } from '@cotrace/core';

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

/** The Cotrace error that `act` throws. Another error passes through; throws where there is none. */
export function errorOf(act: () => unknown): CotraceError {
  try {
    act();
  } catch (error) {
    if (isCotraceError(error)) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}
