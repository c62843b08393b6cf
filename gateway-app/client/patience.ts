import { TOLD_AFTER_MS, TOLD_AGAIN_MS } from './limits.js';

/** Tells one line of what is going on. */
export type Tell = (line: string) => void;

/** Tells lines, each again only after ten seconds: many records may wait for the same thing. */
export function tellNow(tell: Tell): Tell {
  const told = new Map<string, number>();
  return (line) => {
    const before = told.get(line);
    if (before !== undefined && performance.now() - before < TOLD_AGAIN_MS) return;
    told.set(line, performance.now());
    tell(line);
  };
}

/** Waits for `work`; says `what` after two seconds, and every ten seconds from then on. */
export async function patiently<T>(work: Promise<T>, what: () => string, tell: Tell): Promise<T> {
  let timer = setTimeout(again, TOLD_AFTER_MS);
  function again() {
    tell(`waiting for ${what()}`);
    timer = setTimeout(again, TOLD_AGAIN_MS);
  }
  try {
    return await work;
  } finally {
    clearTimeout(timer);
  }
}

/** What `work` resolves to; null where `signal` is aborted first, whatever becomes of `work` then. */
export async function unlessAborted<T extends object>(
  work: Promise<T>,
  signal: AbortSignal,
): Promise<T | null> {
  if (signal.aborted) return null;
  let stop = (): void => undefined;
  const aborted = new Promise<null>((resolve) => {
    stop = () => resolve(null);
    signal.addEventListener('abort', stop);
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
