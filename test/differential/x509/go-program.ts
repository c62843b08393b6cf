import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The release that Fabric 2.5.16 and 3.1.5 are built with. */
const NEEDED = [1, 26] as const;
const MAX_ANSWER = 1 << 28;

/** A question to the program beside this file: `p` PEM, `c` certificate, `v` chain, `l` revocation list. */
export interface Question {
  readonly kind: 'p' | 'c' | 'v' | 'l';
  readonly payload: Uint8Array;
}

/** The Go program of a folder, built, and without traces once it is closed. */
export class GoProgram {
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /** Builds the program; undefined, with a line that says so, where there is no Go of the release that is needed. */
  static build(source: string): GoProgram | undefined {
    const env = { ...process.env, GOTOOLCHAIN: 'local', GOFLAGS: '-mod=mod', GOPROXY: 'off' };
    const { error, stdout } = spawnSync('go', ['version'], { env, encoding: 'utf8' });
    const version = error === undefined ? /^go version go(\d+)\.(\d+)/.exec(stdout) : null;
    const [major, minor] = [Number(version?.[1] ?? 0), Number(version?.[2] ?? 0)];
    if (major < NEEDED[0] || (major === NEEDED[0] && minor < NEEDED[1])) {
      process.stdout.write(`skipped: comparing with Go needs Go ${NEEDED.join('.')} or later on PATH\n`);
      return undefined;
    }
    const folder = mkdtempSync(join(tmpdir(), 'cotrace-go-'));
    execFileSync('go', ['build', '-o', join(folder, 'program'), '.'], { cwd: source, env, stdio: 'pipe' });
    return new GoProgram(folder);
  }

  /** The answers to questions, parsed, in their order. */
  ask(questions: readonly Question[]): unknown[] {
    const input = Buffer.concat(
      questions.flatMap(({ kind, payload }) => {
        const header = Buffer.alloc(5);
        header.write(kind);
        header.writeUInt32BE(payload.length, 1);
        return [header, payload];
      }),
    );
    const output = execFileSync(join(this.#folder, 'program'), { input, maxBuffer: MAX_ANSWER });
    return output
      .toString('utf8')
      .trimEnd()
      .split('\n')
      .map((line): unknown => JSON.parse(line));
  }

  close(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
