/** A piece of work, and what it touches: two that share a key must not overlap. */
export interface KeyedTask<T> {
  readonly keys: readonly string[];
  run(): Promise<T>;
}

/** How many tasks are looked at ahead of the first that has not ended, for some that need not wait: each takes memory. */
const AHEAD = 2048;

/**
 * Runs tasks with at most `limit` under way, in their order wherever they share a key: a task starts once every
 * earlier task that shares a key with it has ended. Results come in the order of the tasks; the first rejection
 * rejects, after the tasks under way have ended. `tasks` is iterated over once, and no task is kept once it has run.
 */
export async function runInOrder<T>(tasks: Iterable<KeyedTask<T>>, limit: number): Promise<T[]> {
  const lastOfKey = new Map<string, Promise<unknown>>();
  const results: Promise<PromiseSettledResult<T>>[] = [];
  const slots = new Slots(limit);
  for (const task of tasks) {
    await results[results.length - AHEAD];
    const { keys } = task;
    const before = keys.flatMap((key) => lastOfKey.get(key) ?? []);
    const result = Promise.all(before)
      .then(() => slots.use(() => task.run()))
      .then(
        (value): PromiseSettledResult<T> => ({ status: 'fulfilled', value }),
        (reason: unknown): PromiseSettledResult<T> => ({ status: 'rejected', reason }),
      )
      .finally(() => {
        for (const key of keys) if (lastOfKey.get(key) === result) lastOfKey.delete(key);
      });
    for (const key of keys) lastOfKey.set(key, result);
    results.push(result);
  }
  return (await Promise.all(results)).map((result) => {
    if (result.status === 'rejected') throw result.reason;
    return result.value;
  });
}

/** A number of places; whoever finds none waits for its turn. */
class Slots {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  constructor(count: number) {
    this.#free = count;
  }

  async use<T>(work: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free -= 1;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#free += 1;
      else next();
    }
  }
}
