import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { buildGo, whyNotGo } from '../differential/go-program.js';

export const MODULE = fileURLToPath(new URL('.', import.meta.url));

/** Questions that are under way at a time, so that neither side waits for a full pipe. */
const BATCH = 200;

/** What the verifier in Go answers: its own form for each kind of question, or the code with which it refuses. */
export type GoAnswer = Readonly<Record<string, unknown>> & { readonly code?: string };

/** The second verifier, built and running. `stop` must be called. */
export class GoVerifier {
  readonly #folder = mkdtempSync(join(tmpdir(), 'cotrace-verifier-go-'));
  readonly #process: ChildProcessByStdio<Writable, Readable, null>;
  readonly #lines: AsyncGenerator<string, void>;

  constructor() {
    this.#process = spawn(buildGo(MODULE, this.#folder), [], { stdio: ['pipe', 'pipe', 'inherit'] });
    this.#lines = linesOf(this.#process.stdout);
  }

  /** The answers to questions, as lines of canonical JSON, in their order. Throws where the program ends early. */
  async lines(questions: readonly object[]): Promise<string[]> {
    const answers: string[] = [];
    for (let start = 0; start < questions.length; start += BATCH) {
      const batch = questions.slice(start, start + BATCH);
      this.#process.stdin.write(batch.map((question) => `${JSON.stringify(question)}\n`).join(''));
      for (let i = 0; i < batch.length; i++) {
        const { value } = await this.#lines.next();
        if (value === undefined) throw new Error('the verifier in Go ended early');
        answers.push(value);
      }
    }
    return answers;
  }

  async ask(questions: readonly object[]): Promise<GoAnswer[]> {
    return (await this.lines(questions)).map((line) => JSON.parse(line) as GoAnswer);
  }

  /** What it says of texts of trace proofs, each with its trust file: the canonical answer, or the code of the refusal. */
  async verdicts(files: readonly { readonly proof: string; readonly trust: string }[]): Promise<string[]> {
    const lines = await this.lines(files.map((file) => ({ kind: 'trace-proof', ...file })));
    return lines.map((line) => (JSON.parse(line) as GoAnswer).code ?? line);
  }

  async stop(): Promise<void> {
    const ended = once(this.#process, 'exit');
    this.#process.stdin.end();
    if (this.#process.exitCode === null && this.#process.signalCode === null) await ended;
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** Starts it; null, and a line that says why, where it cannot be built here. */
export function startGoVerifier(): GoVerifier | null {
  const reason = whyNotGo(MODULE);
  if (reason === null) return new GoVerifier();
  process.stderr.write(`not compared with the verifier in Go: ${reason}\n`);
  return null;
}

/** Not `node:readline`, for which U+2028 ends a line. */
async function* linesOf(stream: Readable): AsyncGenerator<string, void> {
  let rest: string[] = [];
  for await (const chunk of stream.setEncoding('utf8') as AsyncIterable<string>) {
    const [first = '', ...more] = chunk.split('\n');
    rest.push(first);
    for (const next of more) {
      yield rest.join('');
      rest = [next];
    }
  }
}
