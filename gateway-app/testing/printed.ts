import { jest } from '@jest/globals';

/** The exit code of a command, and what it prints as its result. */
export async function printed(command: () => Promise<number>): Promise<{ code: number; text: string }> {
  const stdout = hearing('stdout');
  try {
    const code = await command();
    return { code, text: stdout.text() };
  } finally {
    stdout.end();
  }
}

/** As `printed`, with what the command says on standard error. */
export async function spoken(
  command: () => Promise<number>,
): Promise<{ code: number; text: string; said: string }> {
  const stderr = hearing('stderr');
  try {
    return { ...(await printed(command)), said: stderr.text() };
  } finally {
    stderr.end();
  }
}

/** Whether something written is a line that a node logs: those of another test may run in this process, and are not asked. */
export const isNodeLog = (chunk: unknown): boolean =>
  /^\S+Z org\d+\.\w+ (?:info|warn|error) /.test(String(chunk));

/** Keeps what is written to a stream from now on, until `end`, but for logs of nodes. */
function hearing(stream: 'stdout' | 'stderr') {
  let text = '';
  // Not the spy's own list of calls: another test's spy may be in force already, with calls of its own.
  const spy = jest.spyOn(process[stream], 'write').mockImplementation((chunk) => {
    if (!isNodeLog(chunk)) text += String(chunk);
    return true;
  });
  return { text: () => text, end: () => spy.mockRestore() };
}
