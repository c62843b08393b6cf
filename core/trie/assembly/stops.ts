// Places at which tests make a thread stand still. Compiled into the module for tests alone.

import { STOPPED, STOP_AT } from './layout';
import { thread } from './allocator';

/** Before the swap of cases 1, 2 and 3 of algorithm 1, before a removal, and before an entry of a cache array. */
export const CASE_1: u32 = 1;
export const CASE_2: u32 = 2;
export const CASE_3: u32 = 3;
export const REMOVAL: u32 = 4;
export const CACHE: u32 = 5;

// @ts-ignore: decorator
@inline export function stop(place: u32): void {
  if (isDefined(STOPS)) standStill(place);
}

// It does not sleep: V8 11.3's first compiler loses local variables over `memory.atomic.wait32`, and this is compiled into
// its callers. The kernels that ship sleep only where no variable matters afterwards.
function standStill(place: u32): void {
  const at = STOP_AT + (<usize>thread << 2);
  if (atomic.load<u32>(at) != place) return;
  const stopped = STOPPED + (<usize>thread << 2);
  atomic.store<u32>(stopped, 1);
  while (atomic.load<u32>(at) == place) {}
  atomic.store<u32>(stopped, 0);
}
