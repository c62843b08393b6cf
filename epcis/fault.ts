/** A place in a JSON value: from the place back to the root, which is null. */
export type Path = { readonly parent: Path; readonly key: string | number } | null;

/** What is wrong at a place. */
export interface Fault {
  readonly path: Path;
  readonly message: string;
}

/** The place of a member or an item of `parent`. */
export function at(parent: Path, key: string | number): Path {
  return { parent, key };
}

/** The member names and indices on the way from the root. */
export function segments(path: Path): (string | number)[] {
  const found: (string | number)[] = [];
  for (let rest = path; rest !== null; rest = rest.parent) found.push(rest.key);
  return found.reverse();
}

/** Longest name of a member that a place shows: a thousand faults may be below one name of megabytes. */
const MAX_SHOWN = 80;

/** A place as people write it: `epcisBody.eventList[3].ilmd["example:lot"]`; the root is `(root)`. Long names are cut. */
export function formatPath(path: Path): string {
  const text = segments(path)
    .map((step) => {
      if (typeof step === 'number') return `[${step}]`;
      const key = step.length > MAX_SHOWN ? `${step.slice(0, MAX_SHOWN)}…` : step;
      return /^[A-Za-z_@][\w@]*$/.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`;
    })
    .join('');
  return text === '' ? '(root)' : text.replace(/^\./, '');
}

/** How many faults of one event or document are told; a hostile file could have millions. */
export const MAX_FAULTS = 20;

/** Collects what is wrong with an event or a document. */
export class Faults {
  readonly #list: Fault[] = [];
  #count = 0;

  get list(): readonly Fault[] {
    return this.#list;
  }

  /** Number of faults found, told or not. */
  get count(): number {
    return this.#count;
  }

  add(path: Path, message: string): void {
    this.#count += 1;
    if (this.#list.length < MAX_FAULTS) this.#list.push({ path, message });
  }
}
