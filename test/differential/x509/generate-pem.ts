import { encodePem } from '../../../fabric-model/identity/pem.js';
import type { Chance } from './chance.js';

const LABELS = ['CERTIFICATE', 'X509 CRL', 'X', '', ':', 'A:B', '-----', 'X-----', ' ', 'É'] as const;
const BLANKS = ['', '', '', ' ', '\t', '\r', ' \t \r', '\r\r', '\v', '\u00a0'] as const;
const HEADERS = ['Proc-Type: 4', 'x:y', ':', 'a: b ', '-----BEGIN X:-----', '-----END :', ' : '] as const;
const PIECES = [
  '-----BEGIN ',
  '\n-----BEGIN ',
  '-----END ',
  '\n-----END ',
  '-----',
  '----',
  '-',
  'BEGIN ',
  'END ',
  '\n',
  '\r\n',
  ':',
  'A',
  'AA==',
  'QUJD',
  '=',
  ' ',
  '\t',
  'X',
  'CERTIFICATE',
  '\u0000',
  '\u00ff',
] as const;

/** A text as people and attackers write PEM: blocks in odd forms, pieces, texts around them; sometimes damaged. */
export function generatePem(chance: Chance): Uint8Array {
  const parts = chance.some(4, () => chance.of([block, block, block, pieces, pieces, plain])(chance));
  const bytes = Uint8Array.from(Buffer.from(parts.join(chance.of(['', '', '\n', '\r\n', ' '])), 'latin1'));
  if (chance.once(2)) return bytes;
  return damaged(chance, bytes);
}

function block(chance: Chance): string {
  const label = chance.of(LABELS);
  const end = chance.once(8) ? chance.of(LABELS) : label;
  const line = (text: string): string => `${text}${chance.of(BLANKS)}${chance.of(['\n', '\n', '\r\n'])}`;
  const headers = chance.once(3) ? chance.some(3, () => line(chance.of(HEADERS))) : [];
  const body = chance.some(3, () => line(base64(chance)));
  return [
    line(`-----BEGIN ${label}${chance.once(12) ? '----' : '-----'}`),
    ...headers,
    chance.once(4) ? line('') : '',
    ...body,
    `-----END ${end}-----${chance.of(BLANKS)}${chance.of(['\n', '\n', '\r\n', '', 'x'])}`,
  ].join('');
}

function base64(chance: Chance): string {
  const text = Buffer.from(chance.bytes(9)).toString('base64');
  if (!chance.once(4)) return text;
  const at = chance.below(text.length + 1);
  return text.slice(0, at) + chance.of([' ', '\t', '\r', '=', '==', '*', 'A', '\n']) + text.slice(at);
}

function pieces(chance: Chance): string {
  return chance.text(12, PIECES);
}

function plain(chance: Chance): string {
  return encodePem(chance.of(LABELS), chance.bytes(80));
}

function damaged(chance: Chance, bytes: Uint8Array): Uint8Array {
  const at = chance.below(bytes.length + 1);
  const length = chance.below(4);
  const insert = chance.of<Uint8Array>([chance.bytes(2), Buffer.from(chance.of(PIECES), 'latin1')]);
  return Buffer.concat([bytes.subarray(0, at), insert, bytes.subarray(at + length)]);
}
