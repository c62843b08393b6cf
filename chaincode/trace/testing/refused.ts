import { expect } from '@jest/globals';
import { Refusal, decodeRefusal, type RefusalBody, type RefusalCode } from '../../refusal.js';

/** Expects `run` to throw a refusal with `code`, and returns it. */
export function refused(code: RefusalCode, run: () => unknown): Refusal {
  try {
    run();
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    expect(error.code).toBe(code);
    return error;
  }
  throw new Error(`expected the refusal ${code}`);
}

/** Expects a call of the contract to fail with a refusal of `code` in its message, and returns it. */
export async function refusedCall(code: RefusalCode, call: Promise<unknown>): Promise<RefusalBody> {
  const outcome: unknown = await call.then(
    () => null,
    (error: unknown) => error,
  );
  if (!(outcome instanceof Error)) throw new Error(`expected the refusal ${code}`);
  const refusal = decodeRefusal(outcome.message);
  if (refusal === null) throw outcome;
  expect(refusal.code).toBe(code);
  return refusal;
}
