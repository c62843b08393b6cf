import asc from 'assemblyscript/asc';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

/** As much of WebAssembly as is needed; Node's types have none of it. */
const { WebAssembly } = globalThis as unknown as {
  readonly WebAssembly: {
    readonly Module: new (bytes: Uint8Array) => object;
    readonly Memory: new (pages: { initial: number; maximum: number; shared: true }) => object;
    readonly Instance: new (module: object, imports: object) => { readonly exports: unknown };
  };
};

/** Compiles `bench/trie/assembly/NAME.ts` as the trie's kernels are, and starts it on a memory, or on one of its own. */
export async function startModule(name: string, memory: object | null): Promise<unknown> {
  let wasm: Uint8Array = new Uint8Array();
  const shared = ['--importMemory', '--sharedMemory', '--initialMemory', '16', '--maximumMemory', '65536'];
  const features = ['--enable', 'threads', '--enable', 'simd', '-O3', '--noAssert'];
  const { error } = await asc.main(
    [
      `bench/trie/assembly/${name}.ts`,
      '-o',
      'bench.wasm',
      '--runtime',
      'stub',
      '--baseDir',
      ROOT,
      ...shared,
      ...features,
    ],
    {
      writeFile: (_name, contents) => {
        if (typeof contents !== 'string') wasm = new Uint8Array(contents);
      },
    },
  );
  if (error !== null) throw error;
  const env = {
    memory: memory ?? new WebAssembly.Memory({ initial: 16, maximum: 16, shared: true }),
    abort: () => undefined,
  };
  return new WebAssembly.Instance(new WebAssembly.Module(wasm), { env }).exports;
}
