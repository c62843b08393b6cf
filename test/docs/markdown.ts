/** The lines of a Markdown text outside fenced code. */
export function proseOf(markdown: string): string[] {
  let fence: string | null = null;
  return markdown.split('\n').filter((line) => {
    const mark = /^\s*(`{3,}|~{3,})/.exec(line)?.[1] ?? null;
    if (mark === null) return fence === null;
    if (fence === null) fence = mark;
    else if (mark.startsWith(fence)) fence = null;
    return false;
  });
}

/** The targets of inline links and images, as written. */
export function linksOf(markdown: string): string[] {
  const prose = proseOf(markdown)
    .join('\n')
    .replaceAll(/`[^`]*`/g, '');
  return [...prose.matchAll(/\]\(\s*<?([^)>\s]+)>?[^)]*\)/g)].map(([, target = '']) => target);
}

/** The anchors that GitHub gives the headings. */
export function anchorsOf(markdown: string): string[] {
  const used = new Map<string, number>();
  return proseOf(markdown).flatMap((line) => {
    const heading = /^#{1,6}\s+(.*?)\s*#*$/.exec(line)?.[1];
    if (heading === undefined) return [];
    const anchor = heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\p{M} _-]/gu, '')
      .replaceAll(' ', '-');
    const count = used.get(anchor) ?? 0;
    used.set(anchor, count + 1);
    return [count === 0 ? anchor : `${anchor}-${count}`];
  });
}

/** The rows of the tables under a heading, cells trimmed, header and rule left out. */
export function rowsUnder(markdown: string, heading: string): string[][] {
  const lines = proseOf(markdown);
  const from = lines.findIndex((line) => line.replace(/^#+ /, '') === heading && line.startsWith('#'));
  if (from < 0) return [];
  const length = lines.slice(from + 1).findIndex((line) => line.startsWith('#'));
  const section = lines.slice(from + 1, length < 0 ? undefined : from + 1 + length);
  return section
    .filter((line) => line.startsWith('|'))
    .map((line) => line.split('|').slice(1, -1))
    .map((cells) => cells.map((cell) => cell.trim()))
    .filter((_row, i, rows) => i > 0 && !isRule(rows[i]) && !isRule(rows[i + 1]));
}

function isRule(row?: readonly string[]): boolean {
  return row?.every((cell) => /^:?-+:?$/.test(cell)) === true;
}

/** What is between single backticks in a Markdown text. */
export function codeIn(markdown: string): string[] {
  return [
    ...proseOf(markdown)
      .join('\n')
      .matchAll(/`([^`]+)`/g),
  ].map(([, code = '']) => code);
}
