// What a test has ordered to be done at a named step of a checking cycle, by whichever process comes to it first: a signal to a
// process, or a pause of what comes to the step. See test/faults/cycle-steps.ts.
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const { folder } = JSON.parse(process.env.COTRACE_STEPS);
const ORDER = join(folder, 'order.json');

/** The name of this process, as the network's list has it; null where it is none of a network's. */
export const OWN_NAME = /^cotrace (\S+) of /.exec(process.argv0)?.[1] ?? null;

/** Whether a test has ordered that something be so, by a file of this name. */
export function isOrdered(name) {
  return existsSync(join(folder, name));
}

/** Says that this process is at a step, and does what is ordered there. */
export async function at(step) {
  const order = take(step);
  if (order === null) return;
  const { signal, victim, pauseMs } = order;
  say({ step, by: OWN_NAME, pid: process.pid });
  if (signal !== undefined) process.kill(victim ?? process.pid, signal);
  if (pauseMs !== undefined) await sleep(pauseMs);
}

/** Leaves a note that is there whole or not at all. */
function say(reached) {
  const draft = join(folder, `reached-${process.pid}.json`);
  writeFileSync(draft, JSON.stringify(reached));
  renameSync(draft, join(folder, 'reached.json'));
}

/** The order for a step, if there is one: each is for one process. */
function take(step) {
  if (!existsSync(ORDER)) return null;
  try {
    const { step: ordered, by = OWN_NAME } = JSON.parse(readFileSync(ORDER, 'utf8'));
    if (ordered !== step || by !== OWN_NAME) return null;
    const own = join(folder, `taken-${process.pid}.json`);
    renameSync(ORDER, own);
    return JSON.parse(readFileSync(own, 'utf8'));
  } catch (error) {
    // Another process was faster.
    if (error.code === 'ENOENT') return null;
    throw error;
  }
}

/** Has a method tell of the steps before and after it: `before` and `after` name them, or give null where there is none. */
export function tell(owner, name, { before = () => null, after = () => null }) {
  const real = owner[name];
  if (typeof real !== 'function') throw new Error(`there is no method ${name} to stop at`);
  owner[name] = async function (...args) {
    const first = before.call(this, ...args);
    if (first !== null) await at(first);
    const result = await real.apply(this, args);
    const last = after.call(this, result, ...args);
    if (last !== null) await at(last);
    return result;
  };
}
