import { jest } from '@jest/globals';

/** The exit code of a command, and what it prints as its result. */
export async function printed(command: () => Promise<number>): Promise<{ code: number; text: string }> {
  const stdout = jest.spyOn(process.stdout, 'write').mockReturnValue(true);
  try {
    const code = await command();
    return { code, text: stdout.mock.calls.map(([text]) => String(text)).join('') };
  } finally {
    stdout.mockRestore();
  }
}
