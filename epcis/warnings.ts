import { formatPath } from './fault.js';
import type { FieldMessage, LocatedJson } from './located-json.js';

/** More warnings of a kind than these are only counted. */
const MAX_WARNINGS = 20;

/** What is to be said of a file that is taken all the same. */
export class Warnings {
  readonly #comments = new Some('members begin with _ and are ignored');
  readonly #odd = new Some('warnings about identifiers');
  readonly #madeAndUsed = new Some('things are made or used up more than once');
  readonly #others: string[] = [];

  /** The comments of a part of the file. */
  comments({ comments }: LocatedJson): void {
    for (const { path, line } of comments) {
      this.#comments.add(
        () => `${formatPath(path)} (line ${line}) begins with _ and is ignored as a comment`,
      );
    }
  }

  /** What is odd about an identifier. */
  odd({ path, line, message }: FieldMessage): void {
    this.#odd.add(() => `${path} (line ${line}) ${message}`);
  }

  /** A thing that is made or used up more than once. */
  madeAndUsed(sentence: string): void {
    this.#madeAndUsed.add(() => sentence);
  }

  /** Anything else; null is nothing. */
  add(message: string | null): void {
    if (message !== null) this.#others.push(message);
  }

  list(): string[] {
    return [
      ...new Set(this.#others),
      ...this.#comments.list(),
      ...this.#odd.list(),
      ...this.#madeAndUsed.list(),
    ];
  }
}

/** The first sentences of a kind, and how many more there are. */
class Some {
  readonly #first: string[] = [];
  readonly #what: string;
  #more = 0;

  constructor(what: string) {
    this.#what = what;
  }

  add(sentence: () => string): void {
    if (this.#first.length < MAX_WARNINGS) this.#first.push(sentence());
    else this.#more += 1;
  }

  list(): string[] {
    return this.#more === 0 ? this.#first : [...this.#first, `${this.#more} more ${this.#what}`];
  }
}
