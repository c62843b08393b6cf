import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { fromUtf8, utf8 } from '@cotrace/core';
import { decodePem, encodePem, splitPem } from './pem.js';

const numRuns = process.env['CI_DEEP'] === '1' ? 10_000 : 100;
const hello = utf8('hello pem');
const block = encodePem('CERTIFICATE', hello);
const [begin, body, end] = block.split('\n');

function decoded(text: string): string | null {
  const found = decodePem(utf8(text));
  return found === null ? null : `${found.label}|${fromUtf8(found.bytes)}`;
}

describe('PEM', () => {
  it('gives back what it was made of', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 300 }),
        fc.constantFrom('CERTIFICATE', 'X509 CRL', ''),
        (bytes, label) => {
          expect(decodePem(utf8(encodePem(label, bytes)))).toEqual({ label, bytes });
        },
      ),
      { numRuns },
    );
  });

  it('never throws, whatever the bytes', () => {
    const pieces = ['-----BEGIN ', '-----END ', '-----', '\n', '\r\n', ':', 'A', '=', 'AAAA', ' ', 'X'];
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...pieces), { maxLength: 40 }), (parts) => {
        expect(splitPem(utf8(parts.join(''))).length).toBeLessThan(40);
      }),
      { numRuns },
    );
  });

  // Each answer is that of Go 1.26 `pem.Decode` on the same text.
  it.each([
    ['text before and after', `who am I\n${block}and more`, 'CERTIFICATE|hello pem'],
    ['line ends of Windows', block.replaceAll('\n', '\r\n'), 'CERTIFICATE|hello pem'],
    ['no line end at its end', block.trimEnd(), 'CERTIFICATE|hello pem'],
    ['headers', `${begin}\nProc-Type: 4\nx:y\n\n${body}\n${end}`, 'CERTIFICATE|hello pem'],
    [
      'blanks in the body',
      `${begin}\n ${body?.slice(0, 3)} \t${body?.slice(3)} \n${end} \n`,
      'CERTIFICATE|hello pem',
    ],
    ['a BEGIN without END before it', `${begin}\nAAAA\n${block}`, 'CERTIFICATE|hello pem'],
    ['a damaged block before it', `${begin}\nA*AA\n${end}\n${block}`, 'CERTIFICATE|hello pem'],
    ['low bits that are not zero', `${begin}\naGVsbG9=\n${end}`, 'CERTIFICATE|hello'],
    ['an empty body', `${begin}\n${end}`, 'CERTIFICATE|'],
    ['another label at its end', `${begin}\n${body}\n-----END CERT-----`, null],
    ['text after the END', `${begin}\n${body}\n${end}x`, null],
    ['no END', `${begin}\n${body}\n`, null],
    ['missing padding', `${begin}\naGVsbG8\n${end}`, null],
    ['BEGIN in the middle of a line', `x${block}`, null],
    ['headers that run over the END', `${begin}\nx: y\n${end}`, null],
    ['headers that run over an END into a block', `-----BEGIN X-----\n-----END :\n${block}`, null],
    [
      'a header up to the END alone',
      `-----BEGIN X-----\nx:\n-----END X-----\n${block}`,
      'CERTIFICATE|hello pem',
    ],
  ])('with %s is read as Go reads it', (_, text, expected) => {
    expect(decoded(text)).toBe(expected);
  });

  it('is split into all its blocks', () => {
    const blocks = splitPem(utf8(`${block}\ntext\n${encodePem('X509 CRL', utf8('list'))}`));
    expect(blocks.map(({ label }) => label)).toEqual(['CERTIFICATE', 'X509 CRL']);
  });
});
