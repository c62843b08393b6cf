import type { Connections } from '../client/connections.js';
import type { SessionOptions } from '../client/session.js';
import { EXIT, exitCodeOf, Output, printError } from './output.js';
import type { Rooms } from './rooms.js';

/** Options that every command has. */
export interface GlobalOptions extends SessionOptions {
  readonly json: boolean;
}

/** Runs the command that was asked for, and keeps its exit code, or that of its error. */
export class Runner {
  readonly rooms: Rooms;
  readonly #options: () => GlobalOptions;
  #exitCode: number = EXIT.failed;

  /** `options`: those of the command line, once it is read. */
  constructor(rooms: Rooms, options: () => GlobalOptions) {
    this.rooms = rooms;
    this.#options = options;
  }

  get exitCode(): number {
    return this.#exitCode;
  }

  /** Runs a command; its error is printed. */
  async run(command: (output: Output, options: GlobalOptions) => Promise<number> | number): Promise<void> {
    const options = this.#options();
    try {
      this.#exitCode = await command(new Output(options.json), options);
    } catch (error) {
      printError(error, options.json);
      this.#exitCode = await exitCodeOf(error);
    }
  }

  /** Runs a command that talks to the network; `asksNodes`: not only to the own organisation's peer. */
  session(
    command: (connections: Connections, output: Output, options: GlobalOptions) => Promise<number>,
    asksNodes = true,
  ): Promise<void> {
    return this.run(async (output, options) => {
      const { openSession, requireListed } = await this.rooms.session();
      const connections = openSession(options);
      try {
        if (asksNodes) requireListed(connections.context);
        return await command(connections, output, options);
      } finally {
        connections.close();
      }
    });
  }
}
