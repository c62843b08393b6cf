/** Work that is done step by step, so that whoever does it can let others have the thread between two steps. */
export type Steps<Result> = Generator<void, Result, void>;

/** Operations of a step: some milliseconds at most. */
const OPERATIONS_A_STEP = 200;

/** Counts what is done, so that steps are of about the same length. */
export class Work {
  #left = OPERATIONS_A_STEP;

  /** Whether a step is over, with so many more operations. */
  isDue(operations = 1): boolean {
    this.#left -= operations;
    if (this.#left > 0) return false;
    this.#left = OPERATIONS_A_STEP;
    return true;
  }
}

/** All of it at once. */
export function finish<Result>(steps: Steps<Result>): Result {
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}
