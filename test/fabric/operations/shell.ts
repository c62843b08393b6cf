import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';

export interface Ran {
  readonly status: number | null;
  readonly output: string;
}

/** Where one administrator types what the document says: variables and folder last from block to block. */
export class Shell {
  readonly dir: string;
  readonly #state: string;
  readonly #env: NodeJS.ProcessEnv;
  readonly #services: ChildProcess[] = [];

  constructor(dir: string, state: string, env: NodeJS.ProcessEnv) {
    this.dir = dir;
    this.#state = state;
    this.#env = env;
    for (const folder of [dir, state]) mkdirSync(folder, { recursive: true });
  }

  run(commands: string): Ran {
    const keep = `export -p > ${this.#path('env')}; pwd > ${this.#path('cwd')}`;
    const { status, stdout, stderr } = spawnSync(
      'sh',
      ['-e', '-c', `${this.#resume()}${commands}\n${keep}`],
      {
        cwd: this.dir,
        env: this.#env,
        encoding: 'utf8',
      },
    );
    return { status, output: `${stdout}${stderr}` };
  }

  /** Starts what runs until it is stopped. */
  start(commands: string): void {
    const log = openSync(this.#path(`service-${this.#services.length}.log`), 'a');
    this.#services.push(
      spawn('sh', ['-e', '-c', `${this.#resume()}${commands}`], {
        cwd: this.dir,
        env: this.#env,
        detached: true,
        stdio: ['ignore', log, log],
      }),
    );
    closeSync(log);
  }

  /** Stops the service that was started last. */
  async stopLast(): Promise<void> {
    const child = this.#services.pop();
    if (child?.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    process.kill(-child.pid, 'SIGTERM');
    await ended;
  }

  async stop(): Promise<void> {
    while (this.#services.length > 0) await this.stopLast();
  }

  #path(name: string): string {
    return join(this.#state, name);
  }

  /** Takes up where the last block ended; every variable lasts. */
  #resume(): string {
    const resume = existsSync(this.#path('env'))
      ? `. ${this.#path('env')}\ncd "$(cat ${this.#path('cwd')})"\n`
      : '';
    return `${resume}set -a\n`;
  }
}
