import { Worker } from 'node:worker_threads';
import { CotraceError } from '@cotrace/core';
import { describe, type Log } from '../../node/log.js';
import { Backoff } from '../../node/retry.js';
import { stoppingController } from '../../node/stopping.js';
import type { ContractService, ThreadTask, ThreadWord } from './thread-task.js';

/** What a host is started with. */
export interface HostOptions extends ContractService {
  readonly log: Pick<Log, 'info' | 'often'>;
  /** The program of the thread, JavaScript: it calls `serveContract`. */
  readonly program: URL;
}

/**
 * Serves a contract to the organisation's peer as chaincode-as-a-service, in a thread of its own: whatever it takes, and
 * however it ends, the master continues. A thread that ends is started again at once, with what was posted last; one that cannot
 * listen, with growing pauses. `Facts` are plain data that can be posted to a thread.
 */
export class ContractHost<Facts> {
  readonly #options: HostOptions;
  readonly #stopping = stoppingController();
  #facts: Facts | null = null;
  #worker: Worker | null = null;
  #running: Promise<void> = Promise.resolve();

  private constructor(options: HostOptions) {
    this.#options = options;
  }

  /** Starts the thread, and resolves once it listens. Throws `LISTEN` where it cannot. */
  static async start<Facts>(options: HostOptions): Promise<ContractHost<Facts>> {
    const host = new ContractHost<Facts>(options);
    const { address, packageId, log } = options;
    const first = host.#startThread();
    const word = await first.word;
    if (word?.kind !== 'listens') {
      host.#running = first.ended.then(() => undefined);
      await host.close();
      throw new CotraceError(
        'LISTEN',
        `cannot serve the checking contract on ${address}; is the port taken?`,
        {
          address,
          reason: word?.text ?? 'the thread ended',
        },
      );
    }
    log.info(`serves the checking contract on ${address} as ${packageId}`);
    host.#running = host.#keepRunning(first.ended);
    return host;
  }

  /** Has the contract answer by these facts from now on. */
  post(facts: Facts): void {
    this.#facts = facts;
    this.#worker?.postMessage(facts);
  }

  /** Ends the thread; whatever it is doing is given up. */
  async close(): Promise<void> {
    this.#stopping.abort();
    await this.#worker?.terminate();
    await this.#running;
  }

  async #keepRunning(firstEnded: Promise<string>): Promise<void> {
    const { log } = this.#options;
    const { signal } = this.#stopping;
    const backoff = new Backoff();
    let reason = await firstEnded;
    while (!signal.aborted) {
      log.often(
        'warn',
        'contract',
        `the thread of the checking contract ended (${reason}); starting it again`,
      );
      const { word, ended } = this.#startThread();
      if ((await word)?.kind === 'listens') backoff.reset();
      else await backoff.wait(signal);
      reason = await ended;
    }
  }

  /** Starts a thread: its first word, null where it ended without one, and in the end how it ended. */
  #startThread(): { readonly word: Promise<ThreadWord | null>; readonly ended: Promise<string> } {
    const { program, address, packageId, tls } = this.#options;
    const task: ThreadTask<Facts> = { service: { address, packageId, tls }, facts: this.#facts };
    const worker = new Worker(program, {
      workerData: task,
      // fabric-shim logs every refusal, and what a peer does not do as it expects.
      env: { ...process.env, CORE_CHAINCODE_LOGGING_LEVEL: 'CRITICAL' },
      stdout: true,
      stderr: true,
    });
    worker.stdout.resume();
    worker.stderr.resume();
    this.#worker = worker;
    let failure: string | null = null;
    worker.on('error', (error) => {
      failure = describe(error);
    });
    const ended = new Promise<string>((resolve) => {
      worker.on('exit', (code) => resolve(failure ?? `exit code ${code}`));
    });
    const said = new Promise<ThreadWord>((resolve) => worker.on('message', resolve));
    return { word: Promise.race([said, ended.then(() => null)]), ended };
  }
}
