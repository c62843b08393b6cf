// `npm run mutate -- PATH…`: makes small changes to the sources of a folder, or to one source, one at a time, and lists those
// that no test notices. Where `test/mutation/FOLDER.json` explains survivors, the exit code is 1 unless each of them is
// explained there and they are at most 2 % of the mutants; where there is no such file, they are only listed.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import config from '../jest.config.js';
import { mutantsOf } from './mutation/mutants.mjs';
import { root, setUp } from './setup.mjs';

/** Processes that share a folder's mutants: more than processors, since tests of networks mostly wait. */
const SHARDS = 6;
const MUTANTS_A_SHARD = 20;
const MOST_SURVIVING = 0.02;

/** TypeScript sources below a folder, or the one at `folder`; paths from the root. */
function sourcesIn(folder) {
  if (!isFolder(folder)) return [folder];
  return readdirSync(join(root, folder), { withFileTypes: true })
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      if (!entry.isDirectory()) return [path];
      return ['dist', 'gen', 'testing', 'node_modules'].includes(entry.name) ? [] : sourcesIn(path);
    })
    .filter((path) => path.endsWith('.ts'));
}

const isFolder = (path) => statSync(join(root, path)).isDirectory();
const isTest = (path) => path.endsWith('.test.ts');
/** Tests of whole processes, or of what is on disk: they do not run what is mutated here. */
const runsSources = (path) => !/from '(?:esbuild|node:child_process)'/.test(textOf(path));
const textOf = (path) => readFileSync(join(root, path), 'utf8');

/** Tests in the folder, or in that of the source, and those of its package, also in `test/PACKAGE`, that import from it. */
function testsOf(path) {
  const folder = isFolder(path) ? path : dirname(path);
  const uses = new RegExp(`from '\\.\\.?/(?:\\.\\./)*(?:[\\w-]+/)*${basename(folder)}/`);
  const own = sourcesIn(folder).filter(isTest);
  const [area] = folder.split('/');
  const whole = existsSync(join(root, 'test', area)) ? sourcesIn(`test/${area}`) : [];
  const others = [...sourcesIn(area), ...whole].filter((path) => isTest(path) && uses.test(textOf(path)));
  return [...new Set([...own, ...others])].filter(runsSources);
}

/** Tries the mutants of a folder; returns those that survive. */
async function survivorsOf(folder) {
  const mutants = [];
  const files = {};
  for (const path of sourcesIn(folder).filter((one) => !isTest(one))) {
    const made = mutantsOf(textOf(path), path, mutants.length + 1);
    mutants.push(...made.mutants);
    files[join(root, path)] = made.text;
  }
  const work = mkdtempSync(join(tmpdir(), 'cotrace-mutation-'));
  const out = join(work, 'out');
  try {
    writeFileSync(out, '');
    const tests = testsOf(folder).map((path) => join(root, path));
    writeFileSync(join(work, 'plan.json'), JSON.stringify({ files, tests, mutants, out }));
    const shards = Math.min(SHARDS, Math.ceil(mutants.length / MUTANTS_A_SHARD));
    await Promise.all(Array.from({ length: shards }, (_, shard) => runShard(work, `${shard}/${shards}`)));
    const outcomes = new Map(
      readFileSync(out, 'utf8')
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line))
        .map((outcome) => [outcome.id, outcome]),
    );
    if (outcomes.size !== mutants.length)
      throw new Error(`${outcomes.size} of ${mutants.length} mutants were tried`);
    const survivors = mutants.filter(({ id }) => outcomes.get(id).found === null);
    return {
      total: mutants.length,
      late: [...outcomes.values()].filter(({ found }) => found === 'late').length,
      survivors: survivors.map((mutant) => ({ ...mutant, isReached: outcomes.get(mutant.id).isReached })),
    };
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

function runShard(work, shard) {
  const transformer = join(root, 'scripts/mutation/transformer.mjs');
  const settings = {
    ...config,
    rootDir: root,
    roots: ['<rootDir>'],
    testMatch: ['<rootDir>/scripts/mutation/harness.mjs'],
    testPathIgnorePatterns: ['/node_modules/'],
    moduleFileExtensions: ['js', 'mjs', 'ts', 'json', 'node'],
    transform: { '\\.ts$': transformer },
  };
  const jest = join(root, 'node_modules/jest/bin/jest.js');
  const child = spawn(
    process.execPath,
    [
      '--experimental-vm-modules',
      '--no-warnings',
      jest,
      '--runInBand',
      '--forceExit',
      '--config',
      JSON.stringify(settings),
    ],
    {
      cwd: root,
      stdio: ['ignore', 'inherit', 'inherit'],
      env: { ...process.env, COTRACE_MUTATION: join(work, 'plan.json'), COTRACE_SHARD: shard },
    },
  );
  return new Promise((resolve) => child.on('exit', resolve));
}

/** Explanations of survivors; null where the folder has none. */
function explanationsOf(folder) {
  const path = join(root, 'test/mutation', `${folder.replaceAll('/', '-')}.json`);
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : null;
}

/** Prints what survives; returns whether that is within the bounds that the folder has. */
function report(folder, { total, late, survivors }) {
  const explanations = explanationsOf(folder);
  const whyOf = ({ file, code, what }) =>
    explanations?.find((one) => one.file === file && one.code === code && one.what === what)?.why;
  for (const mutant of survivors) {
    const { file, line, what, isReached } = mutant;
    const why = whyOf(mutant) ?? (isReached ? 'no test notices' : 'no test comes here');
    console.log(`${file}:${line}  ${what}\n    ${why}`);
  }
  const unexplained = survivors.filter((mutant) => whyOf(mutant) === undefined);
  console.log(
    `${folder}: ${survivors.length} of ${total} mutants survive, ${unexplained.length} of them unexplained; ${late} were only found by a test that did not end`,
  );
  if (explanations === null) return true;
  return unexplained.length === 0 && survivors.length <= total * MOST_SURVIVING;
}

const folders = process.argv.slice(2).map((folder) => folder.replace(/\/$/, ''));
if (folders.length === 0) {
  console.error('usage: npm run mutate -- PATH…, folders or sources, such as verifier');
  process.exit(2);
}
setUp();
let holds = true;
for (const folder of folders) holds = report(folder, await survivorsOf(folder)) && holds;
process.exit(holds ? 0 : 1);
