import { spawnSync } from 'node:child_process';
import {
  appendFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { PACKAGES, repository } from '../architecture/sources.js';

const LEFT_OUT = /\.test\.ts$|[/\\](?:dist|node_modules|testing|assembly)$/;

/** A copy of the product's sources in a temporary folder, to be changed and built; libraries are the repository's. */
export class SourceCopy {
  readonly root = realpathSync(mkdtempSync(join(tmpdir(), 'cotrace-copy-')));

  constructor() {
    for (const name of [...PACKAGES, 'scripts']) {
      cpSync(join(repository, name), join(this.root, name), {
        recursive: true,
        filter: (path) => !LEFT_OUT.test(path),
      });
    }
    const own = join(this.root, 'node_modules', '@cotrace');
    mkdirSync(own, { recursive: true });
    for (const name of PACKAGES) symlinkSync(join(this.root, name), join(own, name));
    const libraries = join(repository, 'node_modules');
    for (const name of readdirSync(libraries).filter((found) => found !== '@cotrace')) {
      symlinkSync(join(libraries, name), join(this.root, 'node_modules', name));
    }
  }

  /** The command line of the copy. */
  get program(): string {
    return join(this.root, 'gateway-app', 'bin', 'cotrace.js');
  }

  /** Adds a file and returns its path. */
  add(name: string, text: string): string {
    const path = join(this.root, name);
    writeFileSync(path, text, { flag: 'wx' });
    return path;
  }

  /** Adds a line at the end of a file. */
  addLine(name: string, line: string): void {
    appendFileSync(join(this.root, name), `${line}\n`);
  }

  /** Builds every package and the command line, without checking types; the chaincode package is the repository's. */
  async build(): Promise<void> {
    for (const name of PACKAGES) {
      const folder = join(this.root, name);
      await build({
        entryPoints: [join(folder, '**/*.ts')],
        outdir: join(folder, 'dist'),
        outbase: folder,
        format: 'esm',
        platform: 'node',
        target: 'node20',
        tsconfigRaw: { compilerOptions: { experimentalDecorators: true } },
        logLevel: 'silent',
      });
    }
    const bundler = join(this.root, 'scripts', 'bundle-commands.mjs');
    const { status, stderr } = spawnSync(process.execPath, [bundler], { encoding: 'utf8' });
    if (status !== 0) throw new Error(`the copy's command line is not bundled: ${stderr}`);
  }
}
