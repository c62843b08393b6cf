/**
 * What a reader would not see, or that steers a terminal: controls, formats (bidirectional ones too), lone surrogates, private
 * and unassigned characters, separators of lines and paragraphs, and what is ignored where a font does not know it.
 */
const HIDDEN = /[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;

/** Text as people may be shown it in one line, whoever wrote it: hidden characters as `\u{202e}`, line feeds as `\n`. */
export function shown(text: string): string {
  return text.replaceAll(HIDDEN, (character) =>
    character === '\n' ? '\\n' : `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`,
  );
}

/** A JSON text that says the same with hidden characters escaped as JSON does; line feeds, which only lay it out, stay. */
export function shownJson(json: string): string {
  return json.replaceAll(HIDDEN, (character) =>
    character === '\n'
      ? character
      : Array.from({ length: character.length }, (_, i) => escaped(character.charCodeAt(i))).join(''),
  );
}

function escaped(unit: number): string {
  return `\\u${unit.toString(16).padStart(4, '0')}`;
}
