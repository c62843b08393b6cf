import { shown } from '@cotrace/core';

/**
 * Writes lines to standard output or standard error. The only way to do so: whatever is in a line, it is one line on the
 * terminal and steers nothing, so that what comes from files, ledgers and nodes cannot look like what Cotrace says.
 */
export function printLines(stream: 'stdout' | 'stderr', lines: readonly string[]): void {
  process[stream].write(lines.map((line) => `${shown(line)}\n`).join(''));
}

/** Whoever reads the output may go before its end, as `head` does; the command goes on without. */
export function outliveReaders(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: Error & { code?: unknown }) => {
      if (error.code !== 'EPIPE') throw error;
    });
  }
}

/** Waits until all that was written is out, or nobody reads it any more. */
export async function allWritten(): Promise<void> {
  await Promise.all(
    [process.stdout, process.stderr].map(
      (stream) => new Promise<void>((resolve) => stream.write('', () => resolve())),
    ),
  );
}
