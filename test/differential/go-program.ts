import { spawn, spawnSync, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';

/** Questions that are under way at a time, so that neither side's memory grows with their number. */
const BATCH = 1000;

/**
 * Why the program in `folder` cannot be built here: there is no Go, or its modules cannot be had; null where it can.
 * What was fetched or built once is used again, without a network.
 */
export function whyNotGo(folder: string): string | null {
  const version = spawnSync('go', ['version'], { encoding: 'utf8' });
  if (version.status !== 0) return 'there is no Go on this machine';
  const modules = spawnSync('go', ['mod', 'download'], {
    cwd: folder,
    encoding: 'utf8',
    env: goEnvironment(),
  });
  return modules.status === 0 ? null : `Go's modules cannot be had: ${modules.stderr.trim()}`;
}

/** Go as it is installed: no other tool chain is fetched, and no file of the repository changes. */
export function goEnvironment(): NodeJS.ProcessEnv {
  return { ...process.env, GOFLAGS: '-mod=readonly -buildvcs=false', GOTOOLCHAIN: 'local', GOWORK: 'off' };
}

/** Builds the program in `folder` into the folder `into`; the path of the binary. Throws where it does not compile. */
export function buildGo(folder: string, into: string): string {
  const binary = join(into, 'program');
  const built = spawnSync('go', ['build', '-o', binary, '.'], {
    cwd: folder,
    encoding: 'utf8',
    env: goEnvironment(),
  });
  if (built.status !== 0) throw new Error(`the Go program does not compile: ${built.stderr}`);
  return binary;
}

/**
 * A Go program that answers questions: each one, and each answer, is a length of 32 bits, little-endian, and as many
 * bytes. `stop` must be called.
 */
export class GoProgram {
  readonly #folder: string;
  readonly #process: ChildProcessByStdio<Writable, Readable, null>;
  readonly #frames: AsyncGenerator<Uint8Array, void>;

  /** Builds the program in `folder` into a temporary folder and starts it. Throws where it does not compile. */
  constructor(folder: string) {
    this.#folder = mkdtempSync(join(tmpdir(), 'cotrace-go-'));
    const binary = buildGo(folder, this.#folder);
    this.#process = spawn(binary, [], { stdio: ['pipe', 'pipe', 'inherit'] });
    this.#frames = framesOf(this.#process.stdout);
  }

  /** The answers to questions, in their order. Throws where the program ends before it has given them. */
  async answers(questions: readonly Uint8Array[]): Promise<Uint8Array[]> {
    const answers: Uint8Array[] = [];
    for (let start = 0; start < questions.length; start += BATCH) {
      const batch = questions.slice(start, start + BATCH);
      this.#process.stdin.write(Buffer.concat(batch.flatMap((question) => [lengthOf(question), question])));
      for (let i = 0; i < batch.length; i++) {
        const { value } = await this.#frames.next();
        if (value === undefined) throw new Error('the Go program ended early');
        answers.push(value);
      }
    }
    return answers;
  }

  async stop(): Promise<void> {
    const ended = once(this.#process, 'exit');
    this.#process.stdin.end();
    if (this.#process.exitCode === null && this.#process.signalCode === null) await ended;
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

function lengthOf(bytes: Uint8Array): Buffer {
  const head = Buffer.alloc(4);
  head.writeUInt32LE(bytes.length);
  return head;
}

async function* framesOf(stream: Readable): AsyncGenerator<Uint8Array, void> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    while (rest.length >= 4 && rest.length >= 4 + rest.readUInt32LE()) {
      const end = 4 + rest.readUInt32LE();
      yield new Uint8Array(rest.subarray(4, end));
      rest = rest.subarray(end);
    }
  }
}
