const RUNS = 5;

/** How long inputs of several sizes take. */
export interface Growth {
  /** Slope of the time over the size, both as logarithms: 1 is linear, 2 quadratic. */
  readonly exponent: number;
  readonly samples: readonly { readonly size: number; readonly milliseconds: number }[];
}

/**
 * Measures processor time, the median of five runs per size, and fits its exponent by least squares. `make` is not measured. Sizes
 * should be such that the least takes some milliseconds: what is constant would flatten the slope.
 */
export function growthOf<Input>(
  make: (size: number) => Input,
  run: (input: Input) => void,
  sizes: readonly number[],
): Growth {
  const samples = sizes.map((size) => {
    const input = make(size);
    const times = Array.from({ length: RUNS }, () => timeOf(() => run(input)));
    return { size, milliseconds: times.sort((a, b) => a - b)[RUNS >> 1] ?? 0 };
  });
  return {
    exponent: slopeOf(samples.map((sample) => [Math.log(sample.size), Math.log(sample.milliseconds)])),
    samples,
  };
}

function timeOf(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return Math.max(user + system, 1) / 1000;
}

function slopeOf(points: readonly (readonly [number, number])[]): number {
  const mean = (values: readonly number[]): number =>
    values.reduce((sum, value) => sum + value, 0) / values.length;
  const [x, y] = [mean(points.map(([at]) => at)), mean(points.map(([, value]) => value))];
  const over = points.reduce((sum, [at, value]) => sum + (at - x) * (value - y), 0);
  return over / points.reduce((sum, [at]) => sum + (at - x) ** 2, 0);
}
