// Compiles the trie's kernels (AssemblyScript) to WebAssembly, once as they ship and once with places at which tests
// make threads stand still. The result is written as TypeScript, so that every platform loads it like other code.
// With --check nothing is written: it fails unless the modules that are there are what the sources compile to.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = 'core/trie/assembly';
const compiler = JSON.parse(readFileSync(join(root, 'node_modules/assemblyscript/package.json'), 'utf8'));
const options = [
  ...['--runtime', 'stub', '--importMemory', '--sharedMemory', '--initialMemory', '16'],
  ...['--maximumMemory', '65536', '--memoryBase', '64', '--enable', 'threads', '--enable', 'simd'],
  ...['-O3', '--noAssert'],
];
const targets = [
  { file: 'core/trie/gen/kernel.ts', options },
  { file: 'core/trie/testing/gen/kernel-with-stops.ts', options: [...options, '--use', 'STOPS=1'] },
];

/** What a module is made from: sources, options and the compiler. */
function digestOf(target) {
  const hash = createHash('sha256');
  for (const name of readdirSync(join(root, folder)).sort()) {
    hash
      .update(name)
      .update('\0')
      .update(readFileSync(join(root, folder, name)))
      .update('\0');
  }
  return hash.update([...target.options, compiler.version].join(' ')).digest('hex');
}

async function compile(target) {
  const { default: asc } = await import('assemblyscript/asc');
  const files = new Map();
  const words = [`${folder}/index.ts`, '-o', 'kernel.wasm', '--baseDir', root, ...target.options];
  const { error, stderr } = await asc.main(words, {
    writeFile: (name, contents) => files.set(name, contents),
  });
  if (error !== null) throw new Error(`the trie's kernels do not compile:\n${stderr.toString()}`);
  return Buffer.from(files.get('kernel.wasm')).toString('base64url');
}

async function textOf(target) {
  return [
    `// Made from ${folder} by scripts/build-trie.mjs; do not edit.`,
    `/** What the module is made from. */\nexport const KERNEL_DIGEST = '${digestOf(target)}';`,
    `/** The WebAssembly module, base64url. */\nexport const KERNEL =\n  '${await compile(target)}';\n`,
  ].join('\n');
}

const check = process.argv.includes('--check');
for (const target of targets) {
  const path = join(root, target.file);
  const before = existsSync(path) ? readFileSync(path, 'utf8') : '';
  if (check) {
    // A digest alone would say nothing of the module beside it.
    if (before !== (await textOf(target)))
      throw new Error(`${target.file} is not what ${folder} compiles to`);
  } else if (!before.includes(digestOf(target))) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, await textOf(target));
  }
}
