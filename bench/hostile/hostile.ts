import { parseArgs } from 'node:util';
import type { Bench } from '../main.js';
import { rounded, say } from '../output.js';
import { growthOf } from './growth.js';
import { hostileShapes } from './shapes.js';

const KIB = 1024;
const SIZES = [32, 64, 128, 256, 512, 1024].map((kib) => kib * KIB);
const RESOLUTION_MS = 5;

/** What readers take for hostile input of 1 MB (or the most that they read), and how that grows over five doublings. */
export const hostileBench: Bench = {
  summary: 'what hostile input costs each parser, and how the cost grows [--parser NAME]',
  run: async (args, signal) => {
    const { values } = parseArgs({ args: [...args], options: { parser: { type: 'string' } } });
    const wanted = hostileShapes.filter(
      ({ parser }) => values.parser === undefined || parser === values.parser,
    );
    const results = [];
    say(
      `${'parser'.padEnd(16)}${'largest'.padStart(10)}${'ms'.padStart(10)}${'exponent'.padStart(10)}  shape`,
    );
    for (const shape of wanted) {
      if (signal.aborted) return;
      const { exponent, samples } = growthOf(shape, shape.sizes ?? SIZES, RESOLUTION_MS);
      const { size = 0, milliseconds = 0 } = samples.at(-1) ?? {};
      results.push({ parser: shape.parser, shape: shape.shape, size, milliseconds, exponent });
      say(
        `${shape.parser.padEnd(16)}${String(size).padStart(10)}${milliseconds.toFixed(2).padStart(10)}${exponent.toFixed(2).padStart(10)}  ${shape.shape}`,
      );
      // Signals are seen between two measurements.
      await new Promise(setImmediate);
    }
    say(JSON.stringify({ bench: 'hostile', results }, rounded(3)));
  },
};
