import { GoProgram, whyNotGo } from '../go-program.js';

/** A question to the program beside this file: `p` PEM, `c` certificate, `v` chain, `l` revocation list. */
export interface Question {
  readonly kind: 'p' | 'c' | 'v' | 'l';
  readonly payload: Uint8Array;
}

/** What Go's own packages make of questions. */
export class Questions {
  readonly #program: GoProgram;

  private constructor(program: GoProgram) {
    this.#program = program;
  }

  /** Starts the program; null, with a line that says why, where there is no Go of the release that is needed. */
  static start(what: string): Questions | null {
    const reason = whyNotGo(import.meta.dirname);
    if (reason === null) return new Questions(new GoProgram(import.meta.dirname));
    process.stderr.write(`${what} not compared with Go's: ${reason}\n`);
    return null;
  }

  /** The answers, parsed, in the order of the questions. */
  async ask(questions: readonly Question[]): Promise<unknown[]> {
    const answers = await this.#program.answers(
      questions.map(({ kind, payload }) => Buffer.concat([Buffer.from(kind), payload])),
    );
    return answers.map((answer): unknown => JSON.parse(Buffer.from(answer).toString('utf8')));
  }

  async stop(): Promise<void> {
    await this.#program.stop();
  }
}
