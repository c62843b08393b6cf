import { latin1 } from './latin1.js';

/** One block of a PEM text. */
export interface PemBlock {
  /** What stands after BEGIN, for instance `CERTIFICATE`. */
  readonly label: string;
  readonly bytes: Uint8Array;
}

interface Found {
  readonly block: PemBlock;
  readonly rest: string;
}

const BEGIN = '-----BEGIN ';
const END = '\n-----END ';
const DASHES = '-----';
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/**
 * The first PEM block of a byte string, undefined if there is none. Finds it exactly where Go's `pem.Decode` does: text around
 * it, header lines and blanks are ignored, and so is its label, because whoever writes an identity into a
 * transaction chooses these and Fabric accepts them.
 *
 * Source: Go 1.26 `encoding/pem/pem.go`.
 */
export function decodePem(bytes: Uint8Array): PemBlock | undefined {
  return nextBlock(latin1(bytes))?.block;
}

/** All PEM blocks of a text, in order. */
export function splitPem(bytes: Uint8Array): PemBlock[] {
  const blocks: PemBlock[] = [];
  for (let found = nextBlock(latin1(bytes)); found !== undefined; found = nextBlock(found.rest))
    blocks.push(found.block);
  return blocks;
}

/** PEM text of one block, lines of 64 characters, as Go's `pem.EncodeToMemory` writes it. */
export function encodePem(label: string, bytes: Uint8Array): string {
  const lines = toBase64(bytes).match(/.{1,64}/g) ?? [];
  return `${BEGIN}${label}${DASHES}\n${lines.map((line) => `${line}\n`).join('')}${DASHES}END ${label}${DASHES}\n`;
}

function nextBlock(text: string): Found | undefined {
  let from = 0;
  for (;;) {
    const end = text.indexOf(END, from);
    if (end < 0) return undefined;
    const begin = text.slice(from, end).lastIndexOf(BEGIN);
    if (begin === 0 || (begin > 0 && text[from + begin - 1] === '\n')) {
      const found = blockAt(text, from + begin, end);
      if (found !== 'not here') return found;
    }
    from = end + END.length;
  }
}

/** The block whose BEGIN stands at `begin` and whose END line, newline first, at `end`; undefined ends the search. */
function blockAt(text: string, begin: number, end: number): Found | 'not here' | undefined {
  const first = lineAt(text, begin + BEGIN.length);
  if (!first.line.endsWith(DASHES)) return 'not here';
  const label = first.line.slice(0, -DASHES.length);

  let body = first.next;
  for (let line = lineAt(text, body); line.line.includes(':'); line = lineAt(text, body)) {
    body = line.next;
    if (body === text.length) return undefined;
  }
  // Without headers, the newline of the END line may be the one that ended the BEGIN line: an empty block.
  if (body > end && body !== first.next) return 'not here';

  const trailer = end + END.length;
  if (!text.startsWith(label + DASHES, trailer)) return 'not here';
  const last = lineAt(text, trailer + label.length + DASHES.length);
  if (last.line !== '') return 'not here';

  const bytes = fromBase64(text.slice(body, Math.max(body, end)));
  return bytes === undefined ? 'not here' : { block: { label, bytes }, rest: text.slice(last.next) };
}

/** The line at `at` without its end and trailing blanks, and where the next one begins. */
function lineAt(text: string, at: number): { line: string; next: number } {
  const newline = text.indexOf('\n', at);
  const next = newline < 0 ? text.length : newline + 1;
  let end = newline < 0 ? text.length : newline;
  if (newline > at && text[end - 1] === '\r') end--;
  while (end > at && (text[end - 1] === ' ' || text[end - 1] === '\t')) end--;
  return { line: text.slice(at, end), next };
}

/** Bytes of standard base64 with padding; blanks and line ends are skipped, the unused low bits are not looked at. */
function fromBase64(text: string): Uint8Array | undefined {
  const digits = text.replace(/[ \t\r\n]/g, '');
  const padding = digits.endsWith('==') ? 2 : digits.endsWith('=') ? 1 : 0;
  if (digits.length % 4 !== 0) return undefined;
  const bytes = new Uint8Array((digits.length / 4) * 3 - padding);
  let group = 0;
  for (let i = 0; i < digits.length; i++) {
    const value = i < digits.length - padding ? ALPHABET.indexOf(digits.charAt(i)) : 0;
    if (value < 0) return undefined;
    group = (group << 6) | value;
    if (i % 4 !== 3) continue;
    const at = ((i - 3) / 4) * 3;
    bytes.set([group >> 16, (group >> 8) & 0xff, group & 0xff].slice(0, bytes.length - at), at);
    group = 0;
  }
  return bytes;
}

function toBase64(bytes: Uint8Array): string {
  let text = '';
  for (let i = 0; i < bytes.length; i += 3) {
    const [a = 0, b, c] = bytes.subarray(i, i + 3);
    const group = (a << 16) | ((b ?? 0) << 8) | (c ?? 0);
    text += ALPHABET.charAt(group >> 18) + ALPHABET.charAt((group >> 12) & 63);
    text += b === undefined ? '=' : ALPHABET.charAt((group >> 6) & 63);
    text += c === undefined ? '=' : ALPHABET.charAt(group & 63);
  }
  return text;
}
