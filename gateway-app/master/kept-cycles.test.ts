import { expect, it } from '@jest/globals';
import { oldestKept } from './kept-cycles.js';

it.each([
  ['eight, where they are sealed', 100n, 100n, 93n],
  ['eight, where some of them are', 100n, 95n, 93n],
  ['all from the last sealed one on', 100n, 60n, 60n],
  ['64 at most', 100n, 3n, 37n],
  ['64 at most where none is sealed', 200n, 0n, 137n],
  ['all in the beginning', 5n, 0n, 0n],
])('a master keeps proofs of the newest cycles: %s', (_title, newest, sealed, oldest) => {
  expect(oldestKept(newest, sealed)).toBe(oldest);
});
