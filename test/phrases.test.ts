import { describe, expect, it } from '@jest/globals';
import ts from 'typescript';
import { filesEndingIn } from './docs/repository-files.js';

interface Sentence {
  readonly place: string;
  readonly text: string;
}

/** What a reader stumbles over, each with what to write in its place. */
const BANNED: readonly (readonly [phrase: RegExp, write: string])[] = [
  [/(?<!\bthere )\b(?:is|are|was|be) no (?!longer|more|other|need|better|less|such)/i, 'is not a'],
  [/\bhas not (?:a|an|the)\b/i, 'does not have'],
  [/\bnot to be had\b/i, 'could not get'],
  [/\bmend(?:s|ed|ing)?\b/i, 'fix'],
  [/(?:[.:;,] |^)else[ ,]/i, 'otherwise'],
  [/\b(?:would|must|can|could|may|is|are) else\b/i, 'otherwise'],
  [/\b(?:go|goes|went|going) on(?! (?:the|real|a)\b)\b/i, 'continue'],
  [/\banew\b/i, 'again; rebuilt'],
  [/\bin vain\b/i, 'without success'],
  [/\bfor ever\b/i, 'forever; without end'],
  [/\bas ever\b/i, 'as usual'],
  [/\bstand(?:s|ing)? (?:in|on|at|under|there|beside|behind|outside|below|above|with)\b/i, 'is in'],
  [/\bis there twice\b/i, 'is listed twice'],
  [/\bhand(?:s|ed|ing)? (?:it |them )?out\b/i, 'give; publish'],
  [/\btells\b/i, 'says; shows'],
  [/\botherwise than\b/i, 'differently from'],
  [/\b(?:of|by) ours\b/i, 'our; built-in'],
  [/\bback-up/i, 'backup'],
  [/\bfor want of\b/i, 'because there is no'],
  [/\bone behind the other\b/i, 'one after the other'],
  [/\bthe own\b/i, 'its own; your'],
  [/\b(?:held|holds?|holding) (?:it |them )?against\b/i, 'compare with'],
];

function findings(sentences: readonly Sentence[]): string[] {
  return sentences.flatMap(({ place, text }) =>
    BANNED.flatMap(([phrase, write]) => {
      const found = phrase.exec(text);
      return found === null ? [] : [`${place}: "${found[0].trim()}"; write: ${write}`];
    }),
  );
}

/** Text of a document, a line at a time, without its code. */
function prose({ path, text }: { path: string; text: string }): Sentence[] {
  const plain = text.replaceAll(/^```[\s\S]*?^```/gm, (block) => block.replaceAll(/[^\n]/g, ''));
  return plain
    .split('\n')
    .map((line, i) => ({ place: `${path}:${i + 1}`, text: line.replaceAll(/`[^`]*`/g, '`…`') }));
}

/** Texts that a program may show: literals and templates with a space in them. */
function messages({ path, text }: { path: string; text: string }): Sentence[] {
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest);
  const found: Sentence[] = [];
  const add = (node: ts.Node, shown: string) => {
    const line = source.getLineAndCharacterOfPosition(node.getStart(source)).line + 1;
    if (shown.includes(' ')) found.push({ place: `${path}:${line}`, text: shown });
  };
  const visit = (node: ts.Node): void => {
    if (ts.isStringLiteralLike(node)) add(node, node.text);
    else if (ts.isTemplateExpression(node))
      add(
        node,
        [node.head, ...node.templateSpans.map(({ literal }) => literal)]
          .map(({ text: part }) => part)
          .join('…'),
      );
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

describe('plain English', () => {
  it('is in every document', () => {
    expect(findings(filesEndingIn('.md', '.yaml').flatMap(prose))).toEqual([]);
  });

  it('is in every message', () => {
    const sources = filesEndingIn('.ts', '.mjs').filter(
      ({ path }) => !/\.(?:test|fabric|system)\.ts$|^test\/|^bench\/|\/testing\//.test(path),
    );
    expect(findings(sources.flatMap(messages))).toEqual([]);
  });

  it.each([
    ['the file is no order', ['"is no"; write: is not a']],
    ['it is no longer there; there is no file', []],
    ['the node goes on', ['"goes on"; write: continue']],
  ])('is told from what is not: %s', (text, expected) => {
    expect(findings([{ place: 'x', text }])).toEqual(expected.map((found) => `x: ${found}`));
  });
});
