/** A way to make a reader work, in bytes or characters of input. */
export interface HostileShape {
  /** What reads it. */
  readonly parser: string;
  /** What is wrong with it. */
  readonly shape: string;
  /** Sizes to try where the reader bounds its input itself: each twice the one before. */
  readonly sizes?: readonly number[];
  /** The input of about `size` bytes; called once a size, and not measured. */
  make(size: number): unknown;
  /** Reads what `make` made; throws anything but a refusal. */
  run(input: never): void;
}

/** What one size cost. */
export interface Sample {
  readonly size: number;
  /** Median processor time of a reading, in milliseconds. */
  readonly milliseconds: number;
}

export interface Growth {
  /** Slope of the logarithm of time over that of size: 1 is linear, 2 quadratic. */
  readonly exponent: number;
  readonly samples: readonly Sample[];
}

const READINGS = 5;
/** The most often that one input is read between two looks at the clock. */
const MAX_TIMES = 65_536;

/**
 * Measures how the processor time of `run` grows over `sizes` (ascending). Each size is read so often that the smallest
 * takes about `resolution` milliseconds, and five times over; the medians count.
 */
export function growthOf(
  { make, run }: Pick<HostileShape, 'make' | 'run'>,
  sizes: readonly number[],
  resolution: number,
): Growth {
  const inputs = sizes.map(make);
  const readAt = (at: number) => () => run(inputs.at(at) as never);
  readAt(-1)();
  const times = repeatsFor(readAt(0), resolution);
  const samples = sizes.map((size, i) => ({
    size,
    milliseconds: median(Array.from({ length: READINGS }, () => cpuOf(readAt(i), times))),
  }));
  return { exponent: slopeOf(samples), samples };
}

/** How often to run so that it takes `resolution` milliseconds, once compiled. */
function repeatsFor(run: () => void, resolution: number): number {
  let times = 1;
  while (times < MAX_TIMES && cpuOf(run, times) * times < resolution) times *= 2;
  return times;
}

function cpuOf(run: () => void, times: number): number {
  const before = process.cpuUsage();
  for (let i = 0; i < times; i++) run();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000 / times;
}

/** Least squares through the logarithms. */
function slopeOf(samples: readonly Sample[]): number {
  const points = samples.map(({ size, milliseconds }) => [
    Math.log(size),
    Math.log(Math.max(milliseconds, 1e-6)),
  ]);
  const mean = (at: 0 | 1) => points.reduce((sum, point) => sum + (point[at] ?? 0), 0) / points.length;
  const [x, y] = [mean(0), mean(1)];
  const over = points.reduce((sum, [a = 0, b = 0]) => sum + (a - x) * (b - y), 0);
  return over / points.reduce((sum, [a = 0]) => sum + (a - x) ** 2, 0);
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}
