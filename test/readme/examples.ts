/** Commands that a document shows, and what it says that they print. */
export interface Example {
  /** Line of the document where the commands begin. */
  readonly line: number;
  readonly commands: string;
  /** What they print on standard output; null where the document does not say. */
  readonly output: string | null;
}

export interface Block {
  readonly line: number;
  readonly info: string;
  readonly text: string;
}

/**
 * The examples of a Markdown text: fenced blocks with info string `sh test`, each with the `text` block that follows
 * before any other block.
 */
export function examplesOf(markdown: string): Example[] {
  const blocks = blocksOf(markdown);
  return blocks.flatMap(({ info, line, text }, i) => {
    if (info !== 'sh test') return [];
    const next = blocks[i + 1];
    return [{ line, commands: text, output: next?.info === 'text' ? next.text : null }];
  });
}

export function blocksOf(markdown: string): Block[] {
  const blocks: Block[] = [];
  let open: { line: number; info: string; lines: string[] } | null = null;
  markdown.split('\n').forEach((text, i) => {
    const info = /^```(.*)$/.exec(text)?.[1];
    if (open === null) {
      if (info !== undefined) open = { line: i + 2, info, lines: [] };
    } else if (info === '') {
      blocks.push({ line: open.line, info: open.info, text: open.lines.map((line) => `${line}\n`).join('') });
      open = null;
    } else {
      open.lines.push(text);
    }
  });
  return blocks;
}

/** Whether `output` is as `expected` says; `…` stands for any text in a line, a line of `…` alone for any lines. */
export function fits(output: string, expected: string): boolean {
  const pattern = expected
    .split(/(?<=\n)/)
    .map((line) => (line.trim() === '…' ? '(?:.*\\n)*' : line.split('…').map(literal).join('.*')))
    .join('');
  return new RegExp(`^${pattern}$`).test(output);
}

function literal(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}
