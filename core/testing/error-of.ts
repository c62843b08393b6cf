import { isCotraceError, type CotraceError } from '../errors.js';

/** The Cotrace error that `read` throws; throws another one, and where there is none. */
export function errorOf(read: () => unknown): CotraceError {
  try {
    read();
  } catch (error) {
    if (isCotraceError(error)) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}
