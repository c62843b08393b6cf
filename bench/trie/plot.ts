/** One line of a plot: points of x and y, both above 0. */
export interface Line {
  readonly name: string;
  readonly points: readonly (readonly [number, number])[];
}

const [WIDTH, HEIGHT, LEFT, BOTTOM, TOP] = [640, 420, 70, 50, 40];
const COLOURS = ['#1b6ca8', '#d1495b', '#2e933c', '#8d6a9f', '#e08e0b', '#444444', '#00a6a6'];

/** Plots, side by side, as SVG: both axes logarithmic, a line for each subject. */
export function svg(plots: readonly { readonly title: string; readonly lines: readonly Line[] }[]): string {
  const parts = plots.map(
    ({ title, lines }, i) => `<g transform="translate(${i * WIDTH},0)">${plot(title, lines)}</g>`,
  );
  const size = `width="${plots.length * WIDTH}" height="${HEIGHT}"`;
  return `<svg xmlns="http://www.w3.org/2000/svg" ${size} font-family="sans-serif" font-size="12">\n${parts.join('\n')}\n</svg>\n`;
}

function plot(title: string, lines: readonly Line[]): string {
  const all = lines.flatMap(({ points }) => points);
  const x = scale(
    all.map(([value]) => value),
    LEFT,
    WIDTH - 170,
  );
  const y = scale(
    all.map(([, value]) => value),
    HEIGHT - BOTTOM,
    TOP,
  );
  const ticks = [...new Set(all.map(([value]) => value))].map(
    (value) => `<text x="${x(value)}" y="${HEIGHT - BOTTOM + 18}" text-anchor="middle">${value}</text>`,
  );
  const marks = decades(all.map(([, value]) => value)).map(
    (value) =>
      `<line x1="${LEFT}" x2="${WIDTH - 170}" y1="${y(value)}" y2="${y(value)}" stroke="#ddd"/><text x="${LEFT - 6}" y="${y(value) + 4}" text-anchor="end">${value} ms</text>`,
  );
  const drawn = lines.map(({ name, points }, i) => {
    const colour = COLOURS[i % COLOURS.length] ?? '#000';
    const path = points.map(([px, py]) => `${x(px).toFixed(1)},${y(py).toFixed(1)}`).join(' ');
    return `<polyline points="${path}" fill="none" stroke="${colour}" stroke-width="2"/><text x="${WIDTH - 160}" y="${TOP + 18 * i}" fill="${colour}">${name}</text>`;
  });
  return [`<text x="${LEFT}" y="20" font-size="15">${title}</text>`, ...marks, ...ticks, ...drawn].join('\n');
}

function scale(values: readonly number[], from: number, to: number): (value: number) => number {
  const [low, high] = [Math.log(Math.min(...values)), Math.log(Math.max(...values))];
  return (value) => (high === low ? from : from + ((Math.log(value) - low) / (high - low)) * (to - from));
}

function decades(values: readonly number[]): number[] {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const marks: number[] = [];
  for (let mark = 10 ** Math.ceil(Math.log10(low)); mark <= high; mark *= 10)
    marks.push(Number(mark.toPrecision(1)));
  return marks;
}
