// Runs the tests once for every mutant, in one process: jest is there for its way of loading TypeScript, and for `expect`.
import { appendFileSync, readFileSync } from 'node:fs';
import { jest, test } from '@jest/globals';

const HOUR = 3_600_000;
/**
 * What a test may take before its mutant counts as found, in milliseconds and as many times what it usually takes: long,
 * since machines may be busy.
 */
const PATIENCE = 10_000;
const TIMES_USUAL = 20;
/** What may pass while a test prepares, in milliseconds: whole networks are made then, with keys and certificates. */
const PREPARING = 60_000;
/** How often a test may pass mutants, with as many times what it usually does, before a loop counts as endless. */
const PASSES = 1_000_000;
/** As `PASSES`, while a test prepares. */
const PASSES_PREPARING = 50_000_000;
/** Those of Node: a test may leave fake ones behind. */
const { setTimeout: later, clearTimeout: forget } = globalThis;

const { tests: files, mutants, out } = JSON.parse(readFileSync(process.env.COTRACE_MUTATION, 'utf8'));
const [shard, shards] = process.env.COTRACE_SHARD.split('/').map(Number);

let active = 0;
let passed = 0;
let mostPassed = 0;
let reached = new Set();
globalThis.__mutant = (id) => {
  passed++;
  if (active === 0) reached.add(id);
  else if (passed > mostPassed) throw new Error('a loop without end');
  return id === active;
};

function allowPasses(most) {
  passed = 0;
  mostPassed = most;
}

/** Loads the tests; the list is of the module registry of now. */
async function load() {
  jest.resetModules();
  const collector = await import('./collector.mjs');
  collector.forget();
  for (const file of files) {
    collector.startFile();
    await import(file);
    // A spy that a file makes at its top would be in force for the tests of all others.
    jest.restoreAllMocks();
  }
  return [...collector.tests];
}

async function prepare(blocks) {
  for (const block of blocks) {
    if (block.isReady) continue;
    for (const act of block.beforeAll) await act();
    block.isReady = true;
  }
}

/** What `work` comes to, or 'late' after `patience` milliseconds. */
async function atMost(patience, work) {
  let timer;
  const late = new Promise((resolve) => (timer = later(resolve, patience, 'late')));
  try {
    return await Promise.race([work, late]);
  } finally {
    forget(timer);
  }
}

/** Runs what tests want at their end; what a mutant has broken may not end by itself, and is left. */
function cleanUp(tests) {
  return atMost(PATIENCE, runAfterAll(tests));
}

async function runAfterAll(tests) {
  const blocks = new Set(tests.flatMap((one) => one.blocks).filter(({ isReady }) => isReady));
  for (const block of [...blocks].reverse()) {
    block.isReady = false;
    for (const act of block.afterAll) await act();
  }
}

async function runOne({ act, blocks }) {
  for (const { beforeEach } of blocks) for (const before of beforeEach) await before();
  try {
    await act();
  } finally {
    for (const { afterEach } of [...blocks].reverse()) for (const after of afterEach) await after();
  }
}

/** Whether a test fails, or is late; null where it passes. */
async function faultOf(one) {
  allowPasses(PASSES_PREPARING);
  let fault = await atMost(PREPARING, faultIn(prepare(one.blocks)));
  if (fault === null) {
    allowPasses(PASSES + TIMES_USUAL * one.passes);
    fault = await atMost(PATIENCE + TIMES_USUAL * one.took, faultIn(runOne(one)));
  }
  jest.useRealTimers();
  return fault;
}

function faultIn(work) {
  return work.then(
    () => null,
    () => 'failed',
  );
}

/** What of some tests notices a mutant: `failed`, `late`, or null. */
async function findingOf(id, tests) {
  active = id;
  try {
    return await firstFault(tests);
  } finally {
    active = 0;
  }
}

async function firstFault(tests) {
  for (const one of tests) {
    const fault = await faultOf(one);
    if (fault !== null) return fault;
  }
  return null;
}

/**
 * As `findingOf`, with everything loaded again: constants are made, and tests prepare, while the mutant is in force.
 * `known`: all tests, as they were loaded first.
 */
async function findingAfresh(id, known) {
  active = id;
  allowPasses(PASSES_PREPARING);
  let tests = [];
  try {
    tests = await load();
    tests.forEach((one, i) => Object.assign(one, { took: known[i].took, passes: known[i].passes }));
    const usable = tests.filter(({ took }) => took !== undefined);
    return await firstFault(usable.toSorted((a, b) => a.took - b.took));
  } catch {
    return 'failed';
  } finally {
    active = 0;
    await cleanUp(tests).catch(() => undefined);
  }
}

/** How often a test is tried without a mutant: one of real nodes may fail on a machine that is busy. */
const TRIES = 3;

/** Whether a test passes without a mutant; what it reaches, and how long it takes. One that never does is left out. */
async function passesUsually(one) {
  for (let i = 1; ; i++) {
    reached = new Set();
    passed = 0;
    const start = performance.now();
    try {
      await runOne(one);
      Object.assign(one, { took: performance.now() - start, passes: passed });
      return true;
    } catch (error) {
      console.error(`"${one.name}" fails without a mutant, ${i} of ${TRIES} times: ${error.message}`);
      if (i === TRIES) return false;
    } finally {
      jest.useRealTimers();
    }
  }
}

test(
  'mutants',
  async () => {
    const all = await load();
    const tests = [];
    const early = new Set(reached);
    const reaching = new Map();
    for (const one of all) {
      reached = new Set();
      await prepare(one.blocks);
      for (const id of reached) early.add(id);
      if (!(await passesUsually(one))) continue;
      tests.push(one);
      for (const id of reached) reaching.set(id, [...(reaching.get(id) ?? []), one]);
    }
    for (const { id } of mutants.filter((_, i) => i % shards === shard)) {
      const fitting = (reaching.get(id) ?? []).sort((a, b) => a.took - b.took);
      let found = await findingOf(id, fitting);
      if (found === null && early.has(id)) found = await findingAfresh(id, all);
      const isReached = fitting.length > 0 || early.has(id);
      appendFileSync(out, `${JSON.stringify({ id, found, isReached })}\n`);
    }
    await cleanUp(tests);
  },
  24 * HOUR,
);
