import type { Chance } from './chance.js';

const SCHEMES = ['http:', 'https:', 'spiffe:', 'a+b.c-1:', '1a:', ':', '', 'HTTP:', 'é:', 'a b:'] as const;
const HOSTS = [
  'example.com',
  'a',
  '',
  'a.',
  '.a',
  'a..b',
  'a:80',
  'a:',
  'a:b',
  'a:1:2',
  'a:1:b',
  'é',
  'a%25b',
  'a%41',
  'a%80',
  'a b',
  '[',
  ']',
  'a]',
  '[]',
] as const;
const LITERALS = [
  '::',
  '::1',
  '1:2:3:4:5:6:7:8',
  '1::8',
  '1:2:3:4:5:6:7::',
  '1:2:3:4:5:6:7:8::',
  '::1.2.3.4',
  '1:2:3:4:5:6:1.2.3.4',
  '::1.2.3',
  '::01.2.3.4',
  '::256.1.1.1',
  '1.2.3.4',
  '12345::',
  ':1',
  '1:',
  ':::',
  '1::2::3',
  'fe80::1%25en0',
  'fe80::1%25',
  'fe80::1%25a%20b',
  'fe80::1%25a.b',
  'fe80::1%25a..b',
  'fe80::1%25.',
  'fe80::1%25%41',
  'fe80::1%25a%25b',
  'fe80::1%en0',
  'g::',
] as const;
const PIECES = [
  '%',
  '%41',
  '%4',
  '%zz',
  '/',
  '//',
  '?',
  '#',
  ':',
  '@',
  'a',
  '.',
  '[',
  ']',
  ' ',
  '\x7f',
  '\x01',
  '*',
  '~',
  '"',
  '<',
  '\\',
  '^',
  '|',
  '`',
  '{',
] as const;

/** A text that is like a URI. */
export function uri(chance: Chance): string {
  if (chance.once(4)) return chance.text(8, PIECES);
  const slashes = chance.of(['//', '//', '//', '/', '', '///']);
  const user = chance.once(5)
    ? chance.of(['u@', 'u:p@', '@', 'a@b@', 'u%41@', 'u%@', 'u%4:1@', 'ué@', '[@'])
    : '';
  const host = chance.once(3)
    ? `[${chance.of(LITERALS)}]${chance.of(['', '', ':1', ':', 'x', ':x'])}`
    : chance.of(HOSTS);
  const path = chance.of(['', '/', '/a', '/a:b', '/%41', '/%4', '?q', '?%', '#f', '#%', '#%41']);
  const text = `${chance.of(SCHEMES)}${slashes}${user}${host}${path}`;
  if (!chance.once(5)) return text;
  const at = chance.below(text.length + 1);
  return text.slice(0, at) + chance.of(PIECES) + text.slice(at + chance.below(2));
}
