import { KEPT_CYCLES, MOST_KEPT_CYCLES } from './limits.js';

/**
 * The oldest cycle of which proofs under the root at its end are kept: of the newest ones, and of all from the last sealed one
 * on, since what was sealed last is what is proven against; at most `MOST_KEPT_CYCLES`. `newest` is the last cycle that ended.
 */
export function oldestKept(newest: bigint, sealed: bigint): bigint {
  const usual = newest - BigInt(KEPT_CYCLES) + 1n;
  const most = newest - BigInt(MOST_KEPT_CYCLES) + 1n;
  const wanted = sealed < usual ? sealed : usual;
  const oldest = wanted < most ? most : wanted;
  return oldest < 0n ? 0n : oldest;
}
