import type { Place } from './located-json.js';

/** Where the lines of a text begin. */
export class LineIndex {
  readonly #starts: Uint32Array;

  constructor(text: string) {
    this.#starts = new Uint32Array(1 + countOf(text));
    let line = 1;
    for (let at = endOfLine(text, 0); at >= 0; at = endOfLine(text, at)) this.#starts[line++] = at;
  }

  placeOf(offset: number): Place {
    let [low, high] = [0, this.#starts.length - 1];
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((this.#starts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: offset - (this.#starts[low] ?? 0) + 1 };
  }
}

function countOf(text: string): number {
  let count = 0;
  for (let at = endOfLine(text, 0); at >= 0; at = endOfLine(text, at)) count += 1;
  return count;
}

const LINE_END = /\r\n|\n|\r/g;

/** The first unit behind the next end of a line; negative where there is none. */
function endOfLine(text: string, from: number): number {
  LINE_END.lastIndex = from;
  return LINE_END.test(text) ? LINE_END.lastIndex : -1;
}
