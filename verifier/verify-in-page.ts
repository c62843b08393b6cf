import { CotraceError } from '@cotrace/core';
import { answerJson, type TraceAnswer } from './trace-proof/answer.js';
import { verify as verifyOrdinary } from './verify.js';

export { answerJson };

/**
 * `verify` as pages load it. What the build makes of this file lacks what an ordinary proof does not need, and the codes and
 * words of every error (`scripts/ordinary-only.mjs`): it only ever finds a proof good, or fails. Where it fails, all of the
 * verifier is loaded, looks at everything again, and has the last word. Throws as `verify`, and `NOT_LOADED` where that cannot
 * be loaded.
 */
export async function verify(
  file: string | Uint8Array,
  trustFile: string | Uint8Array,
): Promise<TraceAnswer> {
  try {
    return await verifyOrdinary(file, trustFile);
  } catch {
    // Nothing is lost with the error: what is wrong is found again, with its words.
    const inFull = await loadAll();
    return inFull.verify(file, trustFile);
  }
}

async function loadAll(): Promise<{ readonly verify: typeof verify }> {
  try {
    return await import('./verify-in-full.js');
  } catch (cause) {
    const message = 'the part of the verifier that says what is wrong with a proof could not be loaded';
    throw new CotraceError('NOT_LOADED', message, {}, cause);
  }
}
