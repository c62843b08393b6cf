/** What something took, in milliseconds. */
export interface Spent {
  readonly wall: number;
  /** Processor time of this process, the store's threads included. */
  readonly cpu: number;
}

/** Starts to measure; what it returns tells what was spent since. */
export function stopwatch(): () => Spent {
  const wall = performance.now();
  const cpu = process.cpuUsage();
  return () => {
    const { user, system } = process.cpuUsage(cpu);
    return { wall: performance.now() - wall, cpu: (user + system) / 1000 };
  };
}

export function sum(parts: readonly Spent[]): Spent {
  return {
    wall: parts.reduce((total, { wall }) => total + wall, 0),
    cpu: parts.reduce((total, { cpu }) => total + cpu, 0),
  };
}
