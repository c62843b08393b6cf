import { describe, expect, it } from '@jest/globals';
import { examplesOf, fits } from './examples.js';

describe('examples of a document', () => {
  const document = [
    'Do this:',
    '```sh',
    'rm -rf everything',
    '```',
    '```sh test',
    'echo rice',
    '```',
    'It prints',
    '```text',
    'rice',
    '```',
    '```sh test',
    'true',
    '```',
    '```json',
    '{}',
    '```',
  ].join('\n');

  it('are the marked blocks, with the output that follows', () => {
    expect(examplesOf(document)).toEqual([
      { line: 6, commands: 'echo rice\n', output: 'rice\n' },
      { line: 13, commands: 'true\n', output: null },
    ]);
  });

  it.each([
    ['a\nb\n', 'a\nb\n', true],
    ['a\nb\n', 'a\n', false],
    ['a\n', 'a\nb\n', false],
    ['up in /tmp/x\n', 'up in …\n', true],
    ['up in /tmp/x\nmore\n', 'up in …\n', false],
    ['1\n2\n3\n', '…\n3\n', true],
    ['3\n', '…\n3\n', true],
    ['1 (2)\n', '1 (3)\n', false],
    ['1.\n', '1x\n', false],
  ])('%j beside %j', (output, expected, fitting) => {
    expect(fits(output, expected)).toBe(fitting);
  });
});
