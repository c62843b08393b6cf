import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';

const module = fileURLToPath(new URL('../dist/node/stopping.js', import.meta.url));

describe('what stops a node', () => {
  it('may be listened to by everything that waits, without a warning of a leak', () => {
    const warned = (made: string) => {
      const script = `import { stoppingController } from ${JSON.stringify(module)};
        const { signal } = ${made};
        for (let i = 0; i < 40; i++) signal.addEventListener('abort', () => undefined);`;
      const options = { encoding: 'utf8' } as const;
      const { stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], options);
      return stderr;
    };
    expect(warned('new AbortController()')).toContain('MaxListenersExceededWarning');
    expect(warned('stoppingController()')).toBe('');
  });
});
