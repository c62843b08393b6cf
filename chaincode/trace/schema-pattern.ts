import { RE2JS } from 're2js';

/** A regular expression of a schema, ready to match. */
export class SchemaPattern {
  /** Instructions of its program: a text is matched in at most so many steps a character. */
  readonly size: number;
  readonly #pattern: string;
  readonly #compiled: RE2JS;

  /**
   * Reads `pattern` as RE2 does: without look-ahead and back references, so that a text is matched in time linear in
   * it, and with the same character tables under every version of Node. What only ECMAScript spells so, such as
   * `\u00e9`, is translated. Throws the library's `RE2JSSyntaxException`.
   */
  constructor(pattern: string) {
    this.#pattern = pattern;
    this.#compiled = RE2JS.compile(RE2JS.translateRegExp(pattern));
    this.size = this.#compiled.programSize();
  }

  /** Whether some part of `text` matches. */
  test(text: string): boolean {
    return this.#compiled.test(text);
  }

  /** The pattern itself: Ajv tells patterns apart by it. */
  toString(): string {
    return this.#pattern;
  }
}
