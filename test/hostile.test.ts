import { describe, expect, it } from '@jest/globals';
import { growthOf, type HostileShape } from '../bench/hostile/growth.js';
import { hostileShapes } from '../bench/hostile/shapes.js';

const DEEP = process.env['CI_DEEP'] === '1';

// Five doublings in depth. Every day three: what grows with the square of its input is found with those, too, and a busy
// machine does not make a linear reader look like one that is not.
const SIZES = (DEEP ? [32, 64, 128, 256, 512, 1024] : [4, 8, 16, 32]).map((kib) => kib * 1024);
const MOST = DEEP ? 1.15 : 1.7;
const RESOLUTION_MS = DEEP ? 5 : 0.5;
const TRIES = DEEP ? 3 : 6;

/** How often sizes are doubled. */
const MOST_DOUBLINGS = 3;

/** What takes less for the largest input is measured on larger ones, which no cache of a processor holds. */
const LITTLE_MS = 10;

function sizesOf(shape: HostileShape): readonly number[] {
  if (shape.sizes !== undefined) return shape.sizes.slice(-SIZES.length);
  if (!DEEP) return SIZES;
  const largest = SIZES.slice(-1);
  const [sample] = growthOf(shape, largest, RESOLUTION_MS).samples;
  return (sample?.milliseconds ?? 0) < LITTLE_MS ? SIZES.map((size) => 4 * size) : SIZES;
}

/** Sizes of a try after so many others: twice those of the one before, unless the shape has its own. */
function larger(shape: HostileShape, sizes: readonly number[], tries: number): readonly number[] {
  return shape.sizes === undefined ? sizes.map((size) => size * 2 ** Math.min(tries, MOST_DOUBLINGS)) : sizes;
}

describe.each([...new Set(hostileShapes.map(({ parser }) => parser))])('hostile input to %s', (parser) => {
  const shapes = hostileShapes.filter((shape) => shape.parser === parser);

  it.each(shapes.map((shape) => [shape.shape, shape] as const))(
    'costs no more than its size: %s',
    (_name, shape) => {
      const sizes = sizesOf(shape);
      const growths = [];
      // What else the machine does can only add time. What once starts to cost more, as lists do that no longer fit where the
      // engine keeps small ones, looks like growth until inputs are larger.
      do growths.push(growthOf(shape, larger(shape, sizes, growths.length), RESOLUTION_MS));
      while (growths.length < TRIES && Math.min(...growths.map(({ exponent }) => exponent)) > MOST);
      expect(Math.min(...growths.map(({ exponent }) => exponent))).toBeLessThanOrEqual(MOST);
    },
  );
});
