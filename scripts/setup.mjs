// Installs and builds what is missing or stale, with nothing but Node and npm. Called by every other script.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const { workspaces } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const stamps = join(root, 'node_modules', '.cotrace');

function run(what, command, args, quiet = false) {
  if (!quiet) console.error(`${what} …`);
  const { status } = spawnSync(command, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
  if (status !== 0) {
    console.error(`${what}: \`${command} ${args.join(' ')}\` failed with exit code ${status ?? 'none'}.`);
    process.exit(1);
  }
}

function* sources(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      if (!['dist', 'node_modules', 'package', '.cotrace'].includes(entry.name)) yield* sources(path);
    } else if (/\.(?:ts|mts|mjs|json|yaml)$/.test(entry.name)) {
      yield path;
    }
  }
}

function digest(paths) {
  const hash = createHash('sha256');
  for (const path of paths) hash.update(path).update('\0').update(readFileSync(path)).update('\0');
  return hash.digest('hex');
}

function isFresh(stamp, value) {
  const path = join(stamps, stamp);
  return existsSync(path) && readFileSync(path, 'utf8') === value;
}

function mark(stamp, value) {
  mkdirSync(stamps, { recursive: true });
  writeFileSync(join(stamps, stamp), value);
}

export function setUp() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 19)) {
    console.error(
      `Cotrace needs Node 20.19 or later; this is ${process.version}. Install it from nodejs.org.`,
    );
    process.exit(1);
  }
  const lock = digest([join(root, 'package-lock.json')]);
  if (!isFresh('installed', lock)) {
    run('Installing packages', 'npm', ['ci', '--no-audit', '--no-fund']);
    mark('installed', lock);
  }
  // Says nothing, and takes a tenth of a second, unless a module is missing or stale.
  run('Compiling the trie’s kernels', process.execPath, [join(root, 'scripts', 'build-trie.mjs')], true);
  const folders = [...workspaces, 'test', 'bench']
    .map((name) => join(root, name))
    .filter((path) => existsSync(path));
  const code = digest([
    join(root, 'tsconfig.base.json'),
    join(root, 'scripts', 'bundle-chaincode.mjs'),
    join(root, 'scripts', 'bundle-commands.mjs'),
    join(root, 'scripts', 'bundle-verifier.mjs'),
    ...[...folders, join(root, 'examples')].flatMap((folder) => [...sources(folder)].sort()),
  ]);
  const built = folders.every(
    (path) => existsSync(join(path, 'dist')) || !existsSync(join(path, 'tsconfig.json')),
  );
  if (!built || !isFresh('built', code)) {
    run('Building', process.execPath, [join(root, 'node_modules', 'typescript', 'bin', 'tsc'), '-b']);
    run('Bundling the chaincode', process.execPath, [join(root, 'scripts', 'bundle-chaincode.mjs')]);
    run('Bundling the command line', process.execPath, [join(root, 'scripts', 'bundle-commands.mjs')]);
    run('Bundling the verifier for browsers', process.execPath, [
      join(root, 'scripts', 'bundle-verifier.mjs'),
    ]);
    mark('built', code);
  }
}

export { root };
