// Jobs for several threads. A job is a number of units that anyone may claim; the thread that gave it takes part and
// waits for nobody but those who claimed a unit.

import { thread } from './allocator';
import { runUnit } from './batch';
import { commitUnit } from './commit';
import {
  CLAIM, CLAIMER, FINISHED, GENERATION, INTENT, JOB, MAX_THREADS, MAX_UNITS, UNITS, UNIT_DONE,
} from './layout';

export const APPLY: u32 = 1;
export const COMMIT: u32 = 2;
const STOP: u32 = 3;
/** Looks at the generation before a thread goes to sleep: about 20 microseconds. */
const SPINS: u32 = 4000;

/** Gives out a job of `units` units. Nobody may have a unit of the one before. */
export function give(job: u32, units: u32): void {
  store<u32>(JOB, job);
  store<u32>(UNITS, units);
  atomic.store<u32>(FINISHED, 0);
  memory.fill(CLAIMER, 0, 4 * MAX_UNITS);
  memory.fill(UNIT_DONE, 0, MAX_UNITS);
  memory.fill(INTENT, 0, 4 * MAX_THREADS);
  const generation = atomic.load<u32>(GENERATION) + 1;
  atomic.store<u64>(CLAIM, (<u64>generation << 32) | <u64>units);
  atomic.store<u32>(GENERATION, generation);
  atomic.notify(GENERATION, -1);
}

/** Does a job without telling anybody. */
export function doAlone(job: u32, units: u32): void {
  store<u32>(JOB, job);
  store<u32>(UNITS, units);
  for (let unit: u32 = 0; unit < units; unit++) doUnit(unit, false);
}

/** Claims and does units of the given job until none is left. */
export function takePart(generation: u32): void {
  const intent = INTENT + (<usize>thread << 2);
  for (;;) {
    const claim = atomic.load<u64>(CLAIM);
    const left = <u32>claim;
    if (<u32>(claim >> 32) != generation || left == 0) return;
    atomic.store<u32>(intent, left);
    if (atomic.cmpxchg<u64>(CLAIM, claim, claim - 1) != claim) continue;
    // From here to `done` the job cannot change.
    atomic.store<u32>(CLAIMER + (<usize>(left - 1) << 2), thread + 1);
    doUnit(left - 1, false);
  }
}

function doUnit(unit: u32, again: bool): void {
  if (load<u32>(JOB) == APPLY) runUnit(unit);
  else commitUnit(unit, again);
  atomic.store<u8>(UNIT_DONE + <usize>unit, 1);
  atomic.add<u32>(FINISHED, 1);
  atomic.notify(FINISHED, -1);
}

export function currentGeneration(): u32 { return atomic.load<u32>(GENERATION); }

export function unfinished(): u32 { return load<u32>(UNITS) - atomic.load<u32>(FINISHED); }

/** Waits until every unit is finished, at most `microseconds`. */
export function awaitOthers(microseconds: u32): bool {
  for (let i: u32 = 0; i < SPINS; i++) if (unfinished() == 0) return true;
  const finished = atomic.load<u32>(FINISHED);
  if (finished != load<u32>(UNITS)) atomic.wait<u32>(FINISHED, finished, <i64>microseconds * 1000);
  return unfinished() == 0;
}

/** Does once more what a thread that is dead had claimed and not finished: every operation may be made twice. */
export function takeOver(dead: u32): void {
  const intended = atomic.load<u32>(INTENT + (<usize>dead << 2));
  const left = <u32>atomic.load<u64>(CLAIM);
  for (let unit: u32 = 0; unit < load<u32>(UNITS); unit++) {
    if (atomic.load<u8>(UNIT_DONE + <usize>unit)) continue;
    const claimer = atomic.load<u32>(CLAIMER + (<usize>unit << 2));
    // It may have died between claiming and saying so; then nobody else is about to say so.
    const silent = claimer == 0 && unit >= left && intended == unit + 1 && !intendedByOthers(dead, unit);
    if (claimer == dead + 1 || silent) doUnit(unit, true);
  }
}

function intendedByOthers(dead: u32, unit: u32): bool {
  for (let other: u32 = 0; other < MAX_THREADS; other++) {
    if (other != dead && atomic.load<u32>(INTENT + (<usize>other << 2)) == unit + 1) return true;
  }
  return false;
}

/** The whole life of a thread: sleeps until there is a job newer than `seen`, and takes part. */
export function serve(seen: u32): void {
  for (;;) {
    let generation = atomic.load<u32>(GENERATION);
    for (let i: u32 = 0; i < SPINS && generation == seen; i++) generation = atomic.load<u32>(GENERATION);
    if (generation == seen) {
      // Should `seen` get lost over this, as in stops.ts: a job that is over has no units to take part in.
      atomic.wait<u32>(GENERATION, seen, -1);
      continue;
    }
    seen = generation;
    if (load<u32>(JOB) == STOP) return;
    takePart(generation);
  }
}

/** Ends every thread's `serve`. */
export function dismiss(): void {
  give(STOP, 0);
}
