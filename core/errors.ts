import type { CoreCode } from './error-codes.js';

/**
 * The codes of errors, as members. Each package adds its own in its `error-codes.ts`: a code that is declared nowhere does
 * not compile.
 */
export interface ErrorCodes extends Record<CoreCode, unknown> {}

export type ErrorCode = keyof ErrorCodes;

/** Evidence attached to an error: plain values that print as JSON. */
export type ErrorDetail = Readonly<Record<string, unknown>>;

/**
 * Every error that Cotrace raises on purpose: a stable code to decide on, a sentence for people
 * (what, where, what to do), the evidence, and the cause.
 */
export class CotraceError extends Error {
  override readonly name: string = 'CotraceError';
  readonly code: string;
  readonly detail: ErrorDetail;

  constructor(code: ErrorCode, message: string, detail: ErrorDetail = {}, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.detail = detail;
  }
}

/** The error of bytes that do not follow their format, or of a proof that does not prove. */
export class MalformedError extends CotraceError {
  override readonly name = 'MalformedError';
}

/**
 * An error under a code that another process sent, or that came with the error which this one explains: such a code may be
 * one that this program does not know.
 */
export function relayedError(
  code: string,
  message: string,
  detail: ErrorDetail = {},
  cause?: unknown,
): CotraceError {
  return new CotraceError(code as ErrorCode, message, detail, cause);
}

/** Whether `error` is a Cotrace error, with `code` if one is given. */
export function isCotraceError(error: unknown, code?: ErrorCode): error is CotraceError {
  return error instanceof CotraceError && (code === undefined || error.code === code);
}

/** What `read` returns; null where it throws a Cotrace error, for what may as well be something else. Other errors pass. */
export function readOrNull<T>(read: () => T): T | null {
  try {
    return read();
  } catch (error) {
    if (isCotraceError(error)) return null;
    throw error;
  }
}
