import { spawn, type ChildProcess } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect } from '@jest/globals';

/** The built command line. */
export const COMMAND = fileURLToPath(new URL('../../gateway-app/bin/cotrace.js', import.meta.url));

/** How a command ended. */
export interface Ended {
  /** Exit code; null where a signal ended it. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** What a command with `--json` answered. */
export interface Answer<T> {
  readonly code: number | null;
  readonly value: T;
  readonly stderr: string;
}

/** Variables that a process has besides those of the test's own. */
export type Environment = Readonly<Record<string, string>>;

/** A command that runs. */
export class Running {
  readonly ended: Promise<Ended>;
  readonly #child: ChildProcess;
  #stdout = '';
  #stderr = '';

  constructor(args: readonly string[], cwd?: string, program = COMMAND, env: Environment = {}) {
    const child = spawn(process.execPath, [program, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...env },
      ...(cwd === undefined ? {} : { cwd }),
    });
    child.stdout.setEncoding('utf8').on('data', (text: string) => (this.#stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (this.#stderr += text));
    this.#child = child;
    this.ended = new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code) => resolve({ code, stdout: this.#stdout, stderr: this.#stderr }));
    });
  }

  /** Waits until it has said `text` on standard error. Throws with all that it said where it ends before. */
  async says(text: string | RegExp): Promise<void> {
    const state = { ended: false };
    void this.ended.finally(() => (state.ended = true));
    const isSaid = () => (typeof text === 'string' ? this.#stderr.includes(text) : text.test(this.#stderr));
    while (!isSaid()) {
      if (state.ended)
        throw new Error(`cotrace ended before it said "${String(text)}":\n${this.#stdout}${this.#stderr}`);
      await sleep(20);
    }
  }

  signal(name: NodeJS.Signals): void {
    this.#child.kill(name);
  }

  /** Reads its standard output no further, as `head` does. */
  hangUp(): void {
    this.#child.stdout?.destroy();
  }
}

/** The built command line as a person or a script uses it: a process for each command. */
export class Cotrace {
  /** Folder of the network. */
  readonly home: string;
  readonly #program: string;
  readonly #env: Environment;

  /** `program`: path of the command line, unless it is this checkout's. `env`: for the command and what it starts. */
  constructor(home: string, program = COMMAND, env: Environment = {}) {
    this.home = home;
    this.#program = program;
    this.#env = env;
  }

  start(...args: readonly string[]): Running {
    return new Running(['--home', this.home, ...args], undefined, this.#program, this.#env);
  }

  run(...args: readonly string[]): Promise<Ended> {
    return this.start(...args).ended;
  }

  /** Runs a command with `--json`: all that it writes to standard output must be one JSON value. */
  async json<T>(...args: readonly string[]): Promise<Answer<T>> {
    const { code, stdout, stderr } = await this.run('--json', ...args);
    return { code, value: parse(stdout, stderr) as T, stderr };
  }

  /** Runs a command with `--json` that fails before it has a result. */
  async error(...args: readonly string[]): Promise<{ readonly exit: number | null } & ToldError> {
    const { code, stdout, stderr } = await this.run('--json', ...args);
    expect(stdout).toBe('');
    const { error } = parse(stderr.trimEnd().split('\n').at(-1) ?? '', stderr) as { error: ToldError };
    return { exit: code, ...error };
  }
}

/** An error as `--json` writes it on standard error. */
interface ToldError {
  readonly code: string;
  readonly message: string;
}

function parse(text: string, said: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new Error(`no JSON: ${text}\n${said}`, { cause });
  }
}
