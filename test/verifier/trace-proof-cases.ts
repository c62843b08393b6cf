import type { TraceProof } from '../../verifier/trace-proof/types.js';

/** A proof that is refused, and the code that refuses it. */
export interface Forgery {
  readonly name: string;
  readonly code: string;
  /** Text of the proof, and of the trust file where it is another one than the world's. */
  readonly make: () => Promise<{ readonly proof: string; readonly trust?: string }>;
}

/** A proof that holds, whose answer tells what is odd. */
export interface Told {
  readonly name: string;
  readonly make: () => Promise<TraceProof>;
}
