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

  constructor(code: string, message: string, detail: ErrorDetail = {}, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.detail = detail;
  }
}

/** The error of bytes that do not follow their format, or of a proof that does not prove. */
export class MalformedError extends CotraceError {
  override readonly name = 'MalformedError';
}

/** Whether `error` is a Cotrace error, with `code` if one is given. */
export function isCotraceError(error: unknown, code?: string): error is CotraceError {
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
