import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline/promises';
import type { Readable, Writable } from 'node:stream';
import type { GoProgram } from '../go-program.js';

/** go-ethereum's in-memory trie in a process of its own, on a number of processors. */
export class Geth {
  readonly #child: ChildProcessByStdio<Writable, Readable, null>;
  readonly #lines: AsyncIterator<string>;

  constructor(program: GoProgram, processors: number) {
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
