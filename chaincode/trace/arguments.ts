import { isCotraceError, parseStrictJson, type JsonValue } from '@cotrace/core';
import { Refusal, refusalCode, type RefusalCode } from '../refusal.js';

/**
 * Parses an argument that may be hostile. Throws `TOO_LARGE` beyond `maxBytes` of UTF-8, `code` for what is
 * not strict JSON.
 */
export function parseArgument(text: string, maxBytes: number, name: string, code: RefusalCode): JsonValue {
  try {
    return parseStrictJson(text, maxBytes);
  } catch (error) {
    if (!isCotraceError(error)) throw error;
    const kind = error.code === 'TOO_LONG' ? 'TOO_LARGE' : code;
    throw new Refusal(kind, `${name}: ${error.message}`, { field: name, ...error.detail }, error);
  }
}

/** What `read` returns; where it throws a Cotrace error with the code of a refusal, that refusal. */
export function asRefusal<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    const code = isCotraceError(error) && !(error instanceof Refusal) ? refusalCode(error.code) : null;
    if (code === null || !isCotraceError(error)) throw error;
    throw new Refusal(code, error.message, error.detail, error);
  }
}
