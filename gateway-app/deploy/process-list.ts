import { existsSync, readdirSync, readFileSync, realpathSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { errorCode } from '../settings/error-code.js';

/** A process of a network. `network.json` keeps all but the owner, which is the folder that the file is in. */
export interface ProcessEntry {
  readonly name: string;
  /** From 2 to `MAX_PROCESS_ID`. */
  readonly pid: number;
  /** What the system says of when it was started: another process with the same id says something else. */
  readonly started: string;
  /** Whose process it is: the folder of its network. */
  readonly owner: string;
}

/** What `startOf` says of a process that has ended and is still listed. */
export const GONE = 'gone';

/** What a process goes by in the list of processes. */
export const shownName = (name: string, owner: string) => `cotrace ${name} of ${owner}`;

/** The processes that the kernel lists (Linux: proc(5)). Where it lists none, ids alone have to do. */
export class ProcessList {
  readonly #folder: string;
  readonly #readFile: (path: string) => string;

  /** `readFile`: the text of a file; throws the system's error. */
  constructor(folder = '/proc', readFile = (path: string) => readFileSync(path, 'utf8')) {
    this.#folder = folder;
    this.#readFile = readFile;
  }

  /** The running processes that were started for `owner` under one of `names`. */
  find(owner: string, names: readonly string[]): ProcessEntry[] {
    if (!this.#isKept()) return [];
    const pids = readdirSync(this.#folder).filter((entry) => /^[0-9]+$/.test(entry));
    return pids.flatMap((text) => {
      const pid = Number(text);
      const shown = shownIn(this.#read(pid, 'cmdline') ?? '');
      if (!names.includes(shown.name) || !isSameFolder(shown.owner, owner)) return [];
      return [{ name: shown.name, pid, started: this.startOf(pid) ?? GONE, owner }];
    });
  }

  /** When a process started, as the kernel counts it (field 22 of /proc/PID/stat); null where it is not listed. */
  startOf(pid: number): string | null {
    if (!this.#isKept()) return 'unknown';
    const text = this.#read(pid, 'stat');
    if (text === null) return null;
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    // A zombie whose other threads have not ended yet still holds its ports and its stores' locks.
    const gone = fields[0] === 'Z' && Number(fields[17]) <= 1;
    return gone ? GONE : (fields[19] ?? 'unknown');
  }

  /**
   * Whether the process of an entry still runs, as whichever user: one with its id that was started at its time and goes by
   * its name and owner.
   */
  runs(entry: ProcessEntry): boolean {
    const used = userOf(entry.pid);
    if (used === 'nobody') return false;
    const start = this.startOf(entry.pid);
    // A system may hide what other users run: all that is known then is that the id is in use.
    if (start === null) return used === 'another';
    return start !== GONE && start === entry.started && this.#goesBy(entry);
  }

  /** Whether a process goes by the name and owner of its entry; one that has just been started, or is ending, goes by none. */
  #goesBy({ name, owner, pid }: ProcessEntry): boolean {
    // Read once: it may be there at one moment and gone at the next.
    const line = this.#read(pid, 'cmdline');
    if (line === null || line === '') return true;
    const shown = shownIn(line);
    if (shown.name !== name) return false;
    // A folder that was moved keeps its processes. Those in the file of a copy are the original's.
    return !existsSync(shown.owner) || isSameFolder(shown.owner, owner);
  }

  #isKept(): boolean {
    return existsSync(join(this.#folder, 'self', 'stat'));
  }

  /** A file that the kernel keeps of a process; null where the process is gone, or another user's and hidden. */
  #read(pid: number, file: string): string | null {
    try {
      return this.#readFile(join(this.#folder, String(pid), file));
    } catch (error) {
      if (HIDDEN.has(errorCode(error))) return null;
      throw error;
    }
  }
}

const HIDDEN: ReadonlySet<unknown> = new Set(['ENOENT', 'ESRCH', 'EACCES', 'EPERM']);

/** Whose a process is, by whether it may be sent signals; `nobody`: there is none of this id. */
function userOf(pid: number): 'own' | 'another' | 'nobody' {
  try {
    process.kill(pid, 0);
    return 'own';
  } catch (error) {
    const code = errorCode(error);
    if (code === 'ESRCH') return 'nobody';
    if (code === 'EPERM') return 'another';
    throw error;
  }
}

/** The name and owner in a command line; empty where it is none of ours. */
function shownIn(line: string): { readonly name: string; readonly owner: string } {
  const [shown = ''] = line.split('\0');
  const [, name = '', owner = ''] = /^cotrace (\S+) of ([^]+)$/.exec(shown) ?? [];
  return { name, owner };
}

function isSameFolder(one: string, other: string): boolean {
  const real = (path: string) => (existsSync(path) ? realpathSync(path) : resolve(path));
  return real(one) === real(other);
}
