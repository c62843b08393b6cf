import type { RankEditor } from '@cotrace/core';

/** What a rank tree has still to do: steps of folds, and lists of pages to remove. */
export type Owed = Pick<RankEditor, 'waiting' | 'unswept'>;

/** The rank trees that one block changes, each opened once. Of the others it is known what they owe. */
export class ChangedTrees {
  readonly #open: (domain: string) => RankEditor;
  readonly #owed: ReadonlyMap<string, Owed>;
  readonly #editors = new Map<string, RankEditor>();

  constructor(open: (domain: string) => RankEditor, owed: ReadonlyMap<string, Owed>) {
    this.#open = open;
    this.#owed = owed;
  }

  /** Of all domains, those with a tree before the block and those that it begins. */
  get domains(): ReadonlySet<string> {
    return new Set([...this.#owed.keys(), ...this.#editors.keys()]);
  }

  /** The trees that were opened. */
  get editors(): ReadonlyMap<string, RankEditor> {
    return this.#editors;
  }

  editor(domain: string): RankEditor {
    const known = this.#editors.get(domain) ?? this.#open(domain);
    this.#editors.set(domain, known);
    return known;
  }

  /**
   * Does a share of what all trees owe of a kind, those first that owe most: what one tree does at once costs less than the
   * same bit by bit. `act` does at least one and at most some more than it is told.
   */
  pay(
    kind: keyof Owed,
    share: (owed: number) => number,
    act: (editor: RankEditor, most: number) => void,
  ): void {
    const debts = Array.from(this.domains, (domain) => ({ domain, owes: this.#owes(domain)[kind] }));
    let left = share(debts.reduce((sum, { owes }) => sum + owes, 0));
    for (const { domain, owes } of debts.sort((a, b) => b.owes - a.owes)) {
      for (let owed = owes; left > 0 && owed > 0;) {
        const editor = this.editor(domain);
        act(editor, left);
        if (editor[kind] === owed) break;
        left -= owed - editor[kind];
        owed = editor[kind];
      }
    }
  }

  #owes(domain: string): Owed {
    return this.#editors.get(domain) ?? this.#owed.get(domain) ?? { waiting: 0, unswept: 0 };
  }
}
