import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type { DevnetInfo } from '../network-info.js';

const root = join(dirname(fileURLToPath(import.meta.url)), '../../..');

/** The network's server as one file, made from the sources as they are, so that no build has to come before. */
export interface ServerBundle {
  readonly path: string;
  remove(): void;
}

export async function bundleServer(): Promise<ServerBundle> {
  // Below the repository, where its packages are found.
  const folder = join(root, 'node_modules', '.cache', `cotrace-devnet-${process.pid}`);
  mkdirSync(folder, { recursive: true });
  const path = join(folder, 'server.mjs');
  await build({
    entryPoints: [join(root, 'network/devnet/server.ts')],
    outfile: path,
    bundle: true,
    platform: 'node',
    format: 'esm',
    logLevel: 'error',
    tsconfigRaw: {},
    alias: {
      '@cotrace/core': join(root, 'core/index.ts'),
      '@cotrace/fabric-model': join(root, 'fabric-model/index.ts'),
    },
    plugins: [
      {
        name: 'packages-from-outside',
        setup: (esbuild) => {
          esbuild.onResolve({ filter: /^[^./]/ }, ({ path: name, kind }) =>
            kind === 'entry-point' || name.startsWith('@cotrace/') ? undefined : { external: true },
          );
        },
      },
    ],
  });
  return { path, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** The network as a process of its own. */
export class ServerProcess {
  readonly info: DevnetInfo;
  readonly #process: ChildProcess;

  private constructor(process: ChildProcess, info: DevnetInfo) {
    this.#process = process;
    this.info = info;
  }

  /** Starts it and waits until it is ready. */
  static async start(bundle: ServerBundle, config: string): Promise<ServerProcess> {
    const child = spawn(process.execPath, [bundle.path, config], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, NODE_OPTIONS: '' },
    });
    let complaint = '';
    child.stderr.on('data', (chunk: Buffer) => (complaint += chunk.toString()));
    const lines = createInterface({ input: child.stdout });
    const [line] = (await Promise.race([once(lines, 'line'), once(child, 'close')])) as unknown[];
    if (typeof line !== 'string') {
      throw new Error(`the server ended with ${String(line)}: ${complaint}`);
    }
    return new ServerProcess(child, JSON.parse(line) as DevnetInfo);
  }

  /** Ends it; gives its exit code, null where the signal left it none. */
  async end(signal: NodeJS.Signals): Promise<number | null> {
    const exited = once(this.#process, 'exit') as Promise<[number | null]>;
    this.#process.kill(signal);
    return (await exited)[0];
  }
}
