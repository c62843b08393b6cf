import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A built Go program of a benchmark, to be removed at the end. */
export class GoProgram {
  private constructor(readonly path: string) {}

  /** Builds `bench/NAME/go`; null where there is no Go. */
  static build(name: string): GoProgram | null {
    const folder = mkdtempSync(join(tmpdir(), 'cotrace-go-'));
    const path = join(folder, name);
    const { status, error } = spawnSync('go', ['build', '-o', path, '.'], {
      cwd: fileURLToPath(new URL(`../${name}/go`, import.meta.url)),
      stdio: ['ignore', 2, 2],
    });
    if (status === 0) return new GoProgram(path);
    rmSync(folder, { recursive: true, force: true });
    if (error === undefined)
      throw new Error(`the Go program of ${name} was not built: go ended with ${String(status)}`);
    return null;
  }

  remove(): void {
    rmSync(join(this.path, '..'), { recursive: true, force: true });
  }
}
