import { spawn, spawnSync, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';

const SOURCE = fileURLToPath(new URL('../../trie/go', import.meta.url));

/** A built program of `bench/trie/go`, to be removed at the end; null where there is no Go. */
export class GethProgram {
  private constructor(readonly path: string) {}

  static build(): GethProgram | null {
    const folder = mkdtempSync(join(tmpdir(), 'cotrace-geth-'));
    const path = join(folder, 'trie');
    const { status, error } = spawnSync('go', ['build', '-o', path, '.'], {
      cwd: SOURCE,
      stdio: ['ignore', 2, 2],
    });
    if (status === 0) return new GethProgram(path);
    rmSync(folder, { recursive: true, force: true });
    if (error === undefined)
      throw new Error(`go-ethereum’s program was not built: go ended with ${String(status)}`);
    return null;
  }

  remove(): void {
    rmSync(join(this.path, '..'), { recursive: true, force: true });
  }
}

/** go-ethereum's in-memory trie in a process of its own, on a number of processors. */
export class Geth {
  readonly #child: ChildProcessByStdio<Writable, Readable, null>;
  readonly #lines: AsyncIterator<string>;

  constructor(program: GethProgram, processors: number) {
    const mode = processors > 1 ? 'parallel' : 'sequential';
    this.#child = spawn(program.path, [mode], {
      env: { ...process.env, GOMAXPROCS: String(processors) },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    // Where the program has ended, the answer that is missing says so.
    this.#child.stdin.on('error', () => undefined);
    this.#lines = createInterface(this.#child.stdout)[Symbol.asyncIterator]();
  }

  async ask(command: string): Promise<{ ms: number; root: string }> {
    this.#child.stdin.write(`${command}\n`);
    const line = await this.#lines.next();
    if (line.done === true) throw new Error('go-ethereum’s program has ended');
    const [ms = '', root = ''] = line.value.split(' ');
    return { ms: Number(ms), root };
  }

  async stop(): Promise<void> {
    const exited = once(this.#child, 'exit');
    this.#child.stdin.end();
    await exited;
  }
}
