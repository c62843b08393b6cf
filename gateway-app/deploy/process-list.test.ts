import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { ProcessList, shownName, type ProcessEntry } from './process-list.js';

const PID = 4711;
const START = '123456';

let folder: string;
/** What the kernel keeps: files by their paths below the list. An error: what reading the file fails with. */
let files: Record<string, string | Error>;
let read: string[];
/** What comes of looking whether there is a process. */
let signalled: Error | null;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cotrace-process-list-'));
  files = {};
  read = [];
  signalled = null;
  jest.spyOn(process, 'kill').mockImplementation(() => {
    if (signalled !== null) throw signalled;
    return true;
  });
  write('self/stat', '');
});

afterEach(() => {
  jest.restoreAllMocks();
  rmSync(folder, { recursive: true, force: true });
});

function write(path: string, text: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
}

function fails(code: string): Error {
  return Object.assign(new Error(code), { code });
}

/** A line of `stat`: 52 fields, of which the program's own name may hold blanks and brackets. */
function stat({ state = 'S', threads = 1, program = 'a) b (c' } = {}): string {
  const fields = Array.from({ length: 50 }, (_, i) => String(900 + i));
  return [PID, `(${program})`, ...fields.with(0, state).with(17, String(threads)).with(19, START)].join(' ');
}

const commandLine = (name: string, owner: string) => `${shownName(name, owner)}\0-e\0of\0`;

/** The list that keeps these files of the process. */
function list(): ProcessList {
  return new ProcessList(folder, (path) => {
    read.push(path);
    const kept = files[path.slice(join(folder, String(PID)).length + 1)] ?? fails('ENOENT');
    if (kept instanceof Error) throw kept;
    return kept;
  });
}

function entry(changes: Partial<ProcessEntry> = {}): ProcessEntry {
  return { name: 'one', pid: PID, started: START, owner: join(folder, 'home'), ...changes };
}

describe('the start of a process', () => {
  it('is what the kernel says, whatever the program calls itself', () => {
    files = { stat: stat() };
    expect(list().startOf(PID)).toBe(START);
  });

  it('is unknown where the system keeps no list, so that the id alone counts', () => {
    rmSync(join(folder, 'self'), { recursive: true });
    expect(list().startOf(PID)).toBe('unknown');
    expect(list().runs(entry({ started: 'unknown' }))).toBe(true);
    expect(new ProcessList(join(folder, 'missing')).find(folder, ['one'])).toEqual([]);
  });

  it.each(['ENOENT', 'ESRCH', 'EACCES', 'EPERM'])('is none where reading it fails with %s', (code) => {
    files = { stat: fails(code) };
    expect(list().startOf(PID)).toBeNull();
  });

  it('is an error where reading it fails otherwise', () => {
    files = { stat: fails('EMFILE') };
    expect(() => list().startOf(PID)).toThrow('EMFILE');
  });

  it.each([
    ['Z', 1, 'gone'],
    ['Z', 0, 'gone'],
    ['Z', 2, START],
    ['S', 1, START],
  ])('of one in state %s with %i threads is %s', (state, threads, start) => {
    files = { stat: stat({ state, threads }) };
    expect(list().startOf(PID)).toBe(start);
  });
});

describe('an entry', () => {
  it('is that of the process of its start, name and owner', () => {
    files = { stat: stat(), cmdline: commandLine('one', entry().owner) };
    expect(list().runs(entry())).toBe(true);
    expect(list().runs(entry({ started: '1' }))).toBe(false);
    expect(list().runs(entry({ name: 'two' }))).toBe(false);
  });

  it.each([
    ['editor\0'],
    ['cotrace one\0'],
    ['cotrace one of \0'],
    [`my ${commandLine('one', '/home')}`],
    ['\0'],
  ])('is not that of a process that goes by %j', (cmdline) => {
    files = { stat: stat(), cmdline };
    expect(list().runs(entry())).toBe(false);
  });

  it.each([[''], [fails('ENOENT')]])(
    'is that of a process that goes by no name yet, or no longer',
    (cmdline) => {
      files = { stat: stat(), cmdline };
      expect(list().runs(entry())).toBe(true);
    },
  );

  it('is that of a process that ends while its name is read: it still holds its ports', () => {
    files = { stat: stat(), cmdline: commandLine('one', entry().owner) };
    const ending = list();
    Object.defineProperty(files, 'cmdline', {
      get: () =>
        read.filter((path) => path.endsWith('cmdline')).length > 1 ? '' : commandLine('one', '/nowhere'),
    });
    expect(ending.runs(entry())).toBe(true);
  });

  it('is not that of what is left of a process that has ended', () => {
    files = { stat: stat({ state: 'Z' }), cmdline: '' };
    expect(list().runs(entry({ started: 'gone' }))).toBe(false);
  });

  it('counts as running where the system hides what other users run, and only there', () => {
    files = { stat: fails('EACCES') };
    expect(list().runs(entry())).toBe(false);
    signalled = fails('EPERM');
    expect(list().runs(entry())).toBe(true);
  });

  it("is that of another user's process as of one's own", () => {
    files = { stat: stat(), cmdline: commandLine('one', entry().owner) };
    signalled = fails('EPERM');
    expect(list().runs(entry())).toBe(true);
    expect(list().runs(entry({ started: '1' }))).toBe(false);
  });

  it('is not running where nothing has its id, nor known where the system does not say so', () => {
    files = { stat: stat(), cmdline: '' };
    signalled = fails('ESRCH');
    expect(list().runs(entry())).toBe(false);
    signalled = fails('EINVAL');
    expect(() => list().runs(entry())).toThrow('EINVAL');
  });

  it('stays that of its process where the folder was moved or is a link, and is not that of a copy', () => {
    const [home, copy, link] = ['home', 'copy', 'link'].map((name) => join(folder, name)) as [
      string,
      string,
      string,
    ];
    files = { stat: stat(), cmdline: commandLine('one', home) };
    mkdirSync(copy);
    expect(list().runs(entry({ owner: copy }))).toBe(true);
    mkdirSync(home);
    expect(list().runs(entry({ owner: copy }))).toBe(false);
    symlinkSync(home, link);
    expect(list().runs(entry({ owner: link }))).toBe(true);
    expect(list().runs(entry({ owner: join(home, '..', 'home') }))).toBe(true);
  });
});

describe('processes that are looked for', () => {
  it('are those of the owner under the names, with the id and start of each', () => {
    for (const name of [String(PID), '12a', 'a12']) write(`${name}/x`, '');
    files = { stat: stat(), cmdline: commandLine('one', '/home') };
    expect(list().find('/home', ['two', 'one'])).toEqual([entry({ owner: '/home' })]);
    expect(read.every((path) => path.startsWith(join(folder, `${PID}/`)))).toBe(true);
    expect(list().find('/home', ['two'])).toEqual([]);
    expect(list().find('/other', ['one'])).toEqual([]);
    expect(list().find('/home/../home', ['one'])).toHaveLength(1);
  });

  it('are there with all blanks and lines of their folder’s name', () => {
    write(`${PID}/x`, '');
    const owner = '/home of one\nand two';
    files = { stat: stat(), cmdline: commandLine('one', owner) };
    expect(list().find(owner, ['one'])).toEqual([entry({ owner })]);
  });

  it('are none where a process is gone before its name is read', () => {
    write(`${PID}/x`, '');
    expect(list().find(folder, ['one'])).toEqual([]);
  });
});
