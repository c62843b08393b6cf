import { freemem } from 'node:os';
import { parseArgs } from 'node:util';
import { ConcurrentTrie } from '@cotrace/core';
import { GoProgram } from '../go-program.js';
import type { Bench } from '../main.js';
import { compareWithGeth } from './agreement.js';
import { innerFinds } from './floor.js';
import { permutationCost, permutationsOf } from './hashing.js';
import { Keys } from './keys.js';
import { report, type AtSize } from './report.js';
import {
  concurrentSubject,
  EthereumJsSubject,
  GethSubject,
  plainSubject,
  type Measured,
  type Subject,
} from './subjects.js';
import { say } from '../output.js';

const SIZES = [10_000, 100_000, 1_000_000, 10_000_000];
/** Updates of a block: seed 000, figure 7. */
const UPDATES = [64, 128, 256, 512, 1024, 2048, 4096, 8192];
const UPDATED_SIZES = new Set([100_000, 1_000_000]);
const FIND_ROUNDS = 15;
/** A subject that takes so many milliseconds for all lookups has fewer rounds. */
const SLOW_FINDS = 200;
/** Beyond so many keys there is one build, and of one subject of each kind: it is for the lookups. */
const MOST_BUILT = 1_000_000;
/** Memory that ten million keys need in both tries and the keys themselves, in bytes a key. */
const MEMORY_A_KEY = 1200;
/** Rounds of updates; small blocks take less than a millisecond, and their least needs more tries. */
const UPDATE_ROUNDS = 5;
const SMALL_UPDATE_ROUNDS = 25;
const SMALL_UPDATE = 512;
/** Builds that take less time in all, in milliseconds, are repeated up to so many times as often. */
const QUICK = 1000;
/** After so many milliseconds of builds a subject is not asked for another. */
const SLOW = 15_000;
const MOST_TRIES = 8;
const THREADS = [1, 2, 4];

export const trieBench: Bench = {
  summary:
    'the state trie beside its oracle, @ethereumjs/mpt and go-ethereum [--max KEYS, default 1000000] [--rounds N] [--check SEQUENCES] [--plot FILE]',
  run: async (args, signal) => {
    const { values } = parseArgs({
      args: [...args],
      options: {
        max: { type: 'string', default: '1000000' },
        rounds: { type: 'string', default: '3' },
        check: { type: 'string', default: '100' },
        plot: { type: 'string', default: 'trie-bench.svg' },
      },
    });
    const program = GoProgram.build('trie');
    if (program === null) say('there is no Go here: go-ethereum is left out');
    try {
      if (program !== null) {
        say(
          `${await compareWithGeth(program, whole(values.check))} roots of random operations equal go-ethereum’s`,
        );
      }
      const sizes = SIZES.filter((size) => size <= whole(values.max));
      const results: AtSize[] = [];
      for (const size of sizes) {
        if (signal.aborted) return;
        if (size > MOST_BUILT && freemem() < size * MEMORY_A_KEY) {
          say(`${size} keys in both tries do not fit the memory that is free here: left out`);
          continue;
        }
        results.push(await measure(size, whole(values.rounds), program));
      }
      report(results, await permutationCost(), values.plot);
    } finally {
      program?.remove();
    }
  },
};

async function measure(size: number, rounds: number, program: GoProgram | null): Promise<AtSize> {
  say(`${size} keys …`);
  const keys = new Keys(size);
  const own = THREADS.map((threads) => concurrentSubject(threads));
  const geth = program === null ? [] : [1, 2].map((processors) => new GethSubject(program, processors));
  const subjects: Subject[] = [...own, plainSubject(), new EthereumJsSubject(), ...geth];
  const once = size > MOST_BUILT;
  const taking = subjects.filter(({ name, limit }) => limit >= size && !(once && !name.endsWith(' 1')));
  try {
    const build = await interleaved(taking, once ? 1 : rounds, true, (subject) => subject.build(keys));
    const updates: AtSize['updates'] = {};
    const finds: AtSize['finds'] = {};
    for (let round = 0; round < FIND_ROUNDS; round++) {
      for (const subject of taking) {
        const { name } = subject;
        const before = finds[name] ?? Infinity;
        if (round > 1 && before > SLOW_FINDS) continue;
        finds[name] = Math.min(before, await subject.find(keys));
        const together = `${name}, together`;
        const ms = await subject.findAll?.(keys);
        if (ms !== undefined) finds[together] = Math.min(finds[together] ?? Infinity, ms);
      }
    }
    const [first] = own;
    const arena = first?.arena() ?? null;
    if (arena === null) throw new TypeError('the trie was built');
    const inner = await innerFinds(arena, keys, 3 * FIND_ROUNDS);
    const { usedBytes, reservedBytes } = new ConcurrentTrie(arena).fill();
    let round = 0;
    for (const count of UPDATED_SIZES.has(size) ? UPDATES : []) {
      const from = round;
      const turns = count <= SMALL_UPDATE ? SMALL_UPDATE_ROUNDS : UPDATE_ROUNDS;
      const least = await interleaved(taking, turns, false, (subject, i) =>
        subject.update(keys, count, from + i),
      );
      updates[String(count)] = least;
      round += turns;
    }
    return {
      keys: size,
      build,
      updates,
      finds,
      inner,
      bytesPerKey: usedBytes / size - 64,
      reservedPerKey: reservedBytes / size - 64,
      permutations: once ? null : await permutationsOf(keys),
    };
  } finally {
    for (const subject of subjects) await subject.stop();
  }
}

/**
 * The least time of each subject over rounds in which every one has its turn; all must come to the same roots. What is
 * quick gets more rounds: its code is compiled while it runs, and its least needs more tries.
 */
async function interleaved(
  subjects: readonly Subject[],
  rounds: number,
  more: boolean,
  act: (subject: Subject, round: number) => Promise<Measured>,
): Promise<Record<string, number>> {
  const least: Record<string, number> = {};
  const spent = new Map<Subject, number>();
  for (let round = 1; round <= MOST_TRIES * rounds; round++) {
    let root: string | null = null;
    for (const subject of subjects) {
      const before = spent.get(subject) ?? 0;
      if (round > rounds && (!more || before > QUICK)) continue;
      // Builds stand alone, so that one who takes minutes may be left out; an update is missed by the next.
      if (more && before > SLOW) continue;
      const measured = await act(subject, round);
      spent.set(subject, before + measured.ms);
      root ??= measured.root;
      if (measured.root !== root) throw new Error(`${subject.name} has another root, ${measured.root}`);
      least[subject.name] = Math.min(least[subject.name] ?? Infinity, measured.ms);
    }
  }
  return least;
}

function whole(text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 0) throw new Error(`a whole number is wanted, not ${text}`);
  return number;
}
