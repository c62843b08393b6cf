import { jest } from '@jest/globals';

/** The exit code of a command, and what it prints as its result. */
export async function printed(command: () => Promise<number>): Promise<{ code: number; text: string }> {
  let text = '';
  // Not the spy's own list of calls: another test's spy may be in force already, with calls of its own.
  const stdout = jest.spyOn(process.stdout, 'write').mockImplementation((chunk) => {
    text += String(chunk);
    return true;
  });
  try {
    const code = await command();
    return { code, text };
  } finally {
    stdout.mockRestore();
  }
}
