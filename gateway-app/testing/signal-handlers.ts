const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

/** Notes who handles signals; what it returns takes away all handlers that were added since. */
export function noteSignalHandlers(): () => void {
  const before = SIGNALS.map((signal) => new Set(process.listeners(signal)));
  return () => {
    for (const [i, signal] of SIGNALS.entries()) {
      for (const handler of process.listeners(signal)) {
        if (before[i]?.has(handler) !== true) process.off(signal, handler);
      }
    }
  };
}
