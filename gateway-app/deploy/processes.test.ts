import { existsSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { findProcesses, isRunning, startProcess, stopProcess, type ProcessEntry } from './processes.js';

/** The shell itself waits for somebody to write to a pipe. */
const ENDLESS = 'mkfifo "$PIPE"; echo ready; read line <"$PIPE"';
const STUBBORN = `trap '' TERM; ${ENDLESS}`;

/** At a log, 5 ms apart: programs start late on busy machines. */
const LOOKS = 1000;

let folder: string;
let started: ProcessEntry[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cotrace-processes-'));
  started = [];
});

afterEach(() => {
  jest.restoreAllMocks();
  jest.useRealTimers();
  for (const entry of started) if (existsSync(`/proc/${entry.pid}`)) process.kill(entry.pid, 'SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

const logOf = (name: string) => join(folder, 'logs', `${name}.log`);

/** Starts a script of the shell, which is there sooner than Node is. */
function start(name: string, script: string): ProcessEntry {
  const shell = { command: '/bin/sh', args: ['-c', script], env: { PIPE: join(folder, `${name}.pipe`) } };
  const entry = startProcess({ name, owner: folder, ...shell, log: logOf(name) });
  started.push(entry);
  return entry;
}

/** The log of a process, once it says `text`. */
async function logged(name: string, text: string): Promise<string> {
  for (let i = 0; i < LOOKS; i++) {
    const log = readFileSync(logOf(name), 'utf8');
    if (log.includes(text)) return log;
    await sleep(5);
  }
  throw new Error(`${name} does not say ${text}`);
}

async function startReady(name: string, script = ENDLESS): Promise<ProcessEntry> {
  const entry = start(name, script);
  await logged(name, 'ready');
  return entry;
}

function failure(code: string): Error {
  return Object.assign(new Error(code), { code });
}

describe('a process of a network', () => {
  it('runs, and is gone when it was stopped', async () => {
    const entry = await startReady('one');
    expect(entry).toMatchObject({ name: 'one', owner: folder });
    expect(isRunning(entry)).toBe(true);
    await stopProcess(entry, 10_000);
    expect(isRunning(entry)).toBe(false);
    await stopProcess(entry, 10_000);
  });

  it('is not confused with a later process of the same id', async () => {
    const later = await startReady('later');
    const earlier = { ...later, started: '1' };
    expect(isRunning(earlier)).toBe(false);
    const kill = jest.spyOn(process, 'kill');
    await stopProcess(earlier, 0);
    expect(kill.mock.calls.filter(([, signal]) => signal !== 0)).toEqual([]);
    expect(isRunning(later)).toBe(true);
  });

  it('writes all that it says to the end of its log, and reads nothing', async () => {
    await stopProcess(await startReady('again'), 1000);
    start('again', 'cat; basename $PIPE; echo failed >&2; echo end');
    expect(await logged('again', 'end')).toBe('ready\nagain.pipe\nfailed\nend\n');
  });

  it('is found by its owner and name, though nobody wrote its id down', async () => {
    const entry = await startReady('lost');
    expect(findProcesses(folder, ['other', 'lost'])).toEqual([entry]);
    expect(findProcesses(`${folder}-other`, ['lost'])).toEqual([]);
    await stopProcess(entry, 1000);
    expect(findProcesses(folder, ['lost'])).toEqual([]);
  });

  it('is running under its own name alone', async () => {
    const entry = await startReady('one');
    expect(isRunning({ ...entry, name: 'two' })).toBe(false);
  });

  it('outlives the command that started it, which keeps nothing of it', async () => {
    const kept = () =>
      process.getActiveResourcesInfo().filter((resource) => resource === 'ProcessWrap').length;
    const before = kept();
    const { pid } = start('one', ENDLESS);
    expect(kept()).toBe(before);
    await logged('one', 'ready');
    const [, , group] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
    expect(group).toBe(String(pid));
    const open = readdirSync('/proc/self/fd').map((name) => join('/proc/self/fd', name));
    expect(open.filter((path) => existsSync(path) && readlinkSync(path) === logOf('one'))).toEqual([]);
  });

  it('of Node has more room for young objects', async () => {
    const args = ['-e', 'console.log(JSON.stringify([process.execArgv, process.argv]), "ready")', 'more'];
    started.push(startProcess({ name: 'node', owner: folder, args, log: logOf('node') }));
    const log = await logged('node', 'ready');
    expect(log).toContain('"--max-semi-space-size=32"');
    expect(log).toContain('"more"]]');
  });

  it('that cannot be started is an error, and nothing else is', async () => {
    const command = join(folder, 'missing');
    expect(() => startProcess({ name: 'one', owner: folder, command, args: [], log: logOf('one') })).toThrow(
      expect.objectContaining({ code: 'PROCESS', detail: { name: 'one', log: logOf('one') } }),
    );
    // Node tells of it once more, which ends a process where nobody listens.
    const uncaught: Error[] = [];
    process.setUncaughtExceptionCaptureCallback((error) => uncaught.push(error));
    try {
      await turn();
    } finally {
      process.setUncaughtExceptionCaptureCallback(null);
    }
    expect(uncaught).toEqual([]);
  });
});

describe('a process that is to end', () => {
  /** The signals that are sent, with the milliseconds since this call. Looks that send nothing are left out. */
  function signals(): [string, number][] {
    jest.useFakeTimers({ now: 0, doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask', 'performance'] });
    const sent: [string, number][] = [];
    const kill = process.kill.bind(process);
    let looks = 0;
    jest.spyOn(process, 'kill').mockImplementation((pid, signal) => {
      if (typeof signal === 'string') sent.push([signal, Date.now()]);
      else if (++looks > 1000) throw new Error('it is looked at without a pause');
      return kill(pid, signal);
    });
    return sent;
  }

  /** Lets time pass until `ending` has come about. */
  async function passed(ending: Promise<void>): Promise<void> {
    const over = ending.then(() => true);
    for (let i = 0; i < 10_000; i++) {
      await jest.advanceTimersByTimeAsync(1);
      if (await Promise.race([over, turn(false)])) return;
    }
    throw new Error('it does not end');
  }

  it('is asked to, and killed where it has not ended in time', async () => {
    const stubborn = await startReady('stubborn', STUBBORN);
    const sent = signals();
    await passed(stopProcess(stubborn, 40));
    // It is looked at every 20 milliseconds, and has all of its time.
    expect(sent.slice(0, 2)).toEqual([
      ['SIGTERM', 0],
      ['SIGKILL', 60],
    ]);
    expect(isRunning(stubborn)).toBe(false);
  });

  it('is not killed where it ends when asked', async () => {
    const entry = await startReady('one');
    const sent = signals();
    await passed(stopProcess(entry, 10_000));
    expect(sent).toEqual([['SIGTERM', 0]]);
  });

  it('may be gone by the time that it is asked', async () => {
    const entry = await startReady('one');
    const kill = process.kill.bind(process);
    jest.spyOn(process, 'kill').mockImplementation((pid, signal) => {
      if (signal === 'SIGTERM') {
        kill(pid, 'SIGKILL');
        while (isRunning(entry)) readdirSync(folder);
        throw failure('ESRCH');
      }
      return kill(pid, signal);
    });
    await stopProcess(entry, 0);
  });

  it.each([
    ['EPERM', { code: 'NOT_YOUR_PROCESS', cause: { code: 'EPERM' } }],
    ['EINVAL', { code: 'EINVAL' }],
  ] as const)('says why it cannot be asked: %s', async (code, error) => {
    const entry = await startReady('one');
    jest.spyOn(process, 'kill').mockImplementation((_pid, signal) => {
      if (signal !== 0) throw failure(code);
      return true;
    });
    await expect(stopProcess(entry, 0)).rejects.toMatchObject(error);
    jest.restoreAllMocks();
    expect(isRunning(entry)).toBe(true);
  });

  it("says whose process it is where it is another user's", async () => {
    const entry = await startReady('one');
    jest.spyOn(process, 'kill').mockImplementation(() => {
      throw failure('EPERM');
    });
    await expect(stopProcess(entry, 0)).rejects.toMatchObject({
      code: 'NOT_YOUR_PROCESS',
      detail: { process: 'one', pid: entry.pid },
    });
  });
});
