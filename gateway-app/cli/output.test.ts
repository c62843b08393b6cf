import { describe, expect, it, jest } from '@jest/globals';
import { CotraceError, relayedError } from '@cotrace/core';
import { Log } from '../node/log.js';
import { bytes, EXIT, exitCodeOf, Output, printError, table, toJson } from './output.js';

/** What `act` writes to standard output and standard error. */
function writtenBy(act: () => unknown): string {
  let written = '';
  const streams = [process.stdout, process.stderr].map((stream) =>
    jest.spyOn(stream, 'write').mockImplementation((chunk) => {
      written += String(chunk);
      return true;
    }),
  );
  try {
    act();
    return written;
  } finally {
    for (const stream of streams) stream.mockRestore();
  }
}

/** What a stranger may have written: a line of ours, the other way round. */
const HOSTILE = 'lot\nverified: every event\u202e\u001b[2J\u2028';
const ESCAPED = String.raw`lot\nverified: every event\u{202e}\u{1b}[2J\u{2028}`;

describe('what a stranger wrote', () => {
  it.each<[string, () => unknown, string]>([
    ['in a result', () => new Output(false).result(null, () => [HOSTILE, 'b']), `${ESCAPED}\nb\n`],
    ['in progress', () => new Output(false).progress(HOSTILE), `${ESCAPED}\n`],
    ['in a table', () => new Output(false).result(null, () => table([[HOSTILE, 'b']])), `${ESCAPED}  b\n`],
    [
      'in an error',
      () => printError(new CotraceError('BAD_ANSWER', HOSTILE, {}, new Error(HOSTILE)), false),
      `cotrace: [BAD_ANSWER] ${ESCAPED} <- ${ESCAPED}\n`,
    ],
  ])('is on one line and steers nothing %s', (_where, act, expected) => {
    expect(writtenBy(act)).toBe(expected);
  });

  it('is on one line and steers nothing in a log', () => {
    const line = writtenBy(() => new Log(HOSTILE).warn(HOSTILE, new Error(HOSTILE)));
    expect(line.replace(/^\S+ /, '')).toBe(`${ESCAPED} warn ${ESCAPED}: ${ESCAPED}\n`);
  });

  it('is what it was in JSON, and steers nothing there', () => {
    const said = [
      writtenBy(() => new Output(true).result({ HOSTILE }, () => [])),
      writtenBy(() => printError(new CotraceError('BAD_ANSWER', HOSTILE, { HOSTILE }), true)),
    ];
    for (const text of said) expect(text).not.toMatch(/[^\P{C}\n]|[\p{Zl}\p{Zp}]/u);
    expect(said.map((text) => JSON.parse(text) as unknown)).toEqual([
      { HOSTILE },
      { error: { code: 'BAD_ANSWER', message: `[BAD_ANSWER] ${HOSTILE}`, detail: { HOSTILE } } },
    ]);
  });
});

describe('what commands print', () => {
  it('has numbers of bytes in units that people read', () => {
    expect([0n, 999, 1000, 123_456n, 5e6, 7_200_000_000n, 12e12].map(bytes)).toEqual([
      '0 B',
      '999 B',
      '1.0 kB',
      '123.5 kB',
      '5.0 MB',
      '7.2 GB',
      '12000.0 GB',
    ]);
  });

  it('has columns as wide as their widest cell, and no space at the end of a line', () => {
    expect(table([['NODE', 'LAG', 'AT'], ['org1.master', '0', ''], ['x']])).toEqual([
      'NODE         LAG  AT',
      'org1.master  0',
      'x',
    ]);
    expect(table([['a', 'b', 'c'], ['a', '1234', 'c'], ['x']])).toEqual(['a  b     c', 'a  1234  c', 'x']);
    expect(table([['a', '', 'c']])).toEqual(['a    c']);
    expect(table([])).toEqual([]);
  });

  it('is JSON that people can read where that is wanted', () => {
    const result = () => new Output(true).result({ height: 1n }, () => ['not shown']);
    expect(writtenBy(result)).toBe('{\n  "height": "1"\n}\n');
  });

  it('has whole numbers of any size and bytes as text in JSON', () => {
    expect(toJson({ height: 2n ** 63n, hash: Uint8Array.of(0, 171), list: [1n] })).toBe(
      '{"height":"9223372036854775808","hash":"00ab","list":["1"]}',
    );
  });
});

describe('an error as JSON', () => {
  const printed = (error: unknown) => JSON.parse(writtenBy(() => printError(error, true))) as unknown;

  it('has its code, and what is known of it', () => {
    const error = new CotraceError('NO_FILE', 'not there', { path: 'x' });
    expect(printed(error)).toEqual({
      error: { code: 'NO_FILE', message: '[NO_FILE] not there', detail: { path: 'x' } },
    });
  });

  it('is said to be that of the system, or one that nobody expected', () => {
    const system = Object.assign(new Error('ENOENT'), { code: 'ENOENT', syscall: 'open', path: 'x' });
    expect(printed(system)).toEqual({
      error: {
        code: 'SYSTEM',
        message: '[ENOENT] x: there is no such file or folder; check the path',
        detail: {},
      },
    });
    const other = Object.assign(new Error('oops'), { code: 'NO_FILE', detail: { path: 'x' } });
    expect(printed(other)).toEqual({ error: { code: 'UNEXPECTED', message: '[NO_FILE] oops', detail: {} } });
  });
});

describe('exit codes', () => {
  it('are those that scripts know', () => {
    expect(EXIT).toEqual({
      ...{ done: 0, failed: 1, usage: 2, someRefused: 3 },
      ...{ notOnLedger: 4, superseded: 5, disproved: 6, interrupted: 130 },
    });
  });
});

describe('the exit code of an error', () => {
  it.each<[number, unknown]>([
    [EXIT.usage, new CotraceError('NO_FILE', 'no such file')],
    [EXIT.interrupted, new CotraceError('INTERRUPTED', 'interrupted')],
    [EXIT.disproved, new CotraceError('ANSWER_DISPROVED', 'it does not hold')],
    [EXIT.failed, new CotraceError('UNREACHABLE', 'nobody answers')],
    [EXIT.failed, relayedError('OF_ANOTHER_VERSION', 'something new')],
    [EXIT.failed, new Error('unexpected')],
    [EXIT.failed, Object.assign(new Error('not one of ours'), { code: 'NO_FILE' })],
  ])('is %i for %s', async (exit, error) => {
    expect(await exitCodeOf(error)).toBe(exit);
  });
});
