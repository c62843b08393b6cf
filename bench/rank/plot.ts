/** One line of a plot. */
export interface Series {
  readonly name: string;
  readonly colour: string;
  readonly points: readonly (readonly [x: number, y: number])[];
}

export interface Panel {
  readonly title: string;
  readonly x: string;
  readonly y: string;
  /** Places on the x axis; equally far apart. */
  readonly places: readonly number[];
  readonly series: readonly Series[];
}

const WIDTH = 560;
const HEIGHT = 340;
const MARGIN = { left: 70, right: 20, top: 40, bottom: 50 };

/** An SVG of panels beside each other; y is logarithmic, from a power of ten to a power of ten. */
export function plot(panels: readonly Panel[]): string {
  const size = `width="${WIDTH * panels.length}" height="${HEIGHT}"`;
  const parts = panels.map((panel, i) => `<g transform="translate(${i * WIDTH} 0)">${drawn(panel)}</g>`);
  return `<svg xmlns="http://www.w3.org/2000/svg" ${size} font-family="sans-serif" font-size="12"><rect width="100%" height="100%" fill="white"/>${parts.join('')}</svg>\n`;
}

function drawn({ title, x, y, places, series }: Panel): string {
  const values = series
    .flatMap(({ points }) => points.map(([, value]) => value))
    .filter((value) => value > 0);
  const from = Math.floor(Math.log10(Math.min(...values)));
  const to = Math.max(from + 1, Math.ceil(Math.log10(Math.max(...values))));
  const bottom = HEIGHT - MARGIN.bottom;
  const right = WIDTH - MARGIN.right;
  const atX = (place: number) => {
    const step = (right - MARGIN.left - 20) / Math.max(1, places.length - 1);
    return MARGIN.left + 10 + places.indexOf(place) * step;
  };
  const atY = (value: number) =>
    bottom - ((Math.log10(Math.max(value, 10 ** from)) - from) / (to - from)) * (bottom - MARGIN.top);
  const ticks = Array.from({ length: to - from + 1 }, (_, i) => 10 ** (from + i));
  const every = Math.ceil(places.length / 12);
  return [
    text(WIDTH / 2, 20, title, 'middle'),
    text(WIDTH / 2, HEIGHT - 12, x, 'middle'),
    `<text transform="translate(16 ${HEIGHT / 2}) rotate(-90)" text-anchor="middle">${escaped(y)}</text>`,
    ...ticks.flatMap((tick) => [
      `<line x1="${MARGIN.left}" x2="${right}" y1="${round(atY(tick))}" y2="${round(atY(tick))}" stroke="#ddd"/>`,
      text(MARGIN.left - 6, atY(tick) + 4, tick.toLocaleString('en'), 'end'),
    ]),
    ...places
      .filter((_, i) => i % every === 0 || i === places.length - 1)
      .map((place) => text(atX(place), bottom + 18, String(place), 'middle')),
    ...series.flatMap(({ name, colour, points }, i) => [
      `<polyline fill="none" stroke="${colour}" stroke-width="2" points="${points
        .map(([place, value]) => `${round(atX(place))},${round(atY(value))}`)
        .join(' ')}"/>`,
      ...points.map(
        ([place, value]) =>
          `<circle cx="${round(atX(place))}" cy="${round(atY(value))}" r="2.5" fill="${colour}"/>`,
      ),
      `<rect x="${MARGIN.left + 12}" y="${MARGIN.top + 4 + i * 16}" width="10" height="10" fill="${colour}"/>`,
      text(MARGIN.left + 28, MARGIN.top + 13 + i * 16, name, 'start'),
    ]),
  ].join('');
}

function text(x: number, y: number, content: string, anchor: 'start' | 'middle' | 'end'): string {
  return `<text x="${round(x)}" y="${round(y)}" text-anchor="${anchor}">${escaped(content)}</text>`;
}

function escaped(content: string): string {
  return content.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
