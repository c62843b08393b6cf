import { latin1 } from './latin1.js';

/** One block of a PEM text. */
export interface PemBlock {
  /** What stands after BEGIN, for instance `CERTIFICATE`. */
  readonly label: string;
  readonly bytes: Uint8Array;
}

/** A block and where the text after it begins. */
interface Found {
  readonly block: PemBlock;
  readonly next: number;
}

const BEGIN = '-----BEGIN ';
const END = '\n-----END ';
const DASHES = '-----';
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
/** Values of the letters, by character code. */
const VALUES: readonly (number | null)[] = Array.from({ length: 0x80 }, (_, code) => {
  const value = ALPHABET.indexOf(String.fromCharCode(code));
  return value < 0 ? null : value;
});

/**
 * The first PEM block of a byte string, null if there is none. Finds it exactly where Go's `pem.Decode` does: text around
 * it, header lines and blanks are ignored, and so is its label, because whoever writes an identity into a
 * transaction chooses these and Fabric accepts them. Every part of the text is looked at a bounded number of times.
 *
 * Source: Go 1.26 `encoding/pem/pem.go`.
 */
export function decodePem(bytes: Uint8Array): PemBlock | null {
  return nextBlock(latin1(bytes), 0)?.block ?? null;
}

/** All PEM blocks of a text, in order. */
export function splitPem(bytes: Uint8Array): PemBlock[] {
  const text = latin1(bytes);
  const blocks: PemBlock[] = [];
  for (let found = nextBlock(text, 0); found !== null; found = nextBlock(text, found.next))
    blocks.push(found.block);
  return blocks;
}

/** PEM text of one block, lines of 64 characters, as Go's `pem.EncodeToMemory` writes it. */
export function encodePem(label: string, bytes: Uint8Array): string {
  const lines = toBase64(bytes).match(/.{1,64}/g) ?? [];
  return `${BEGIN}${label}${DASHES}\n${lines.map((line) => `${line}\n`).join('')}${DASHES}END ${label}${DASHES}\n`;
}

function nextBlock(text: string, start: number): Found | null {
  let from = start;
  for (;;) {
    const end = text.indexOf(END, from);
    if (end < 0) return null;
    const begin = text.slice(from, end).lastIndexOf(BEGIN);
    if (begin === 0 || (begin > 0 && text[from + begin - 1] === '\n')) {
      const found = blockAt(text, from + begin, end);
      if (found === 'nowhere') return null;
      if (found !== 'not here') return found;
    }
    from = end + END.length;
  }
}

/** The block whose BEGIN is at `begin` and whose END line, newline first, at `end`. */
function blockAt(text: string, begin: number, end: number): Found | 'not here' | 'nowhere' {
  const first = lineAt(text, begin + BEGIN.length);
  if (!first.line.endsWith(DASHES)) return 'not here';
  const label = first.line.slice(0, -DASHES.length);

  const trailer = end + END.length;
  let body = first.next;
  for (let line = lineAt(text, body); line.line.includes(':'); line = lineAt(text, body)) {
    body = line.next;
    // Headers that run over the END line end the search, wherever they end themselves.
    if (body > trailer || body === text.length) return 'nowhere';
  }
  // Without headers, the newline of the END line may be the one that ended the BEGIN line: an empty block.
  if (body > end && body !== first.next) return 'not here';

  if (!text.startsWith(label + DASHES, trailer)) return 'not here';
  const last = lineAt(text, trailer + label.length + DASHES.length);
  if (last.line !== '') return 'not here';

  const bytes = fromBase64(text.slice(body, Math.max(body, end)));
  return bytes === null ? 'not here' : { block: { label, bytes }, next: last.next };
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
function fromBase64(text: string): Uint8Array | null {
  const digits = text.replace(/[ \t\r\n]/g, '');
  if (digits.length % 4 !== 0) return null;
  const padding = digits.endsWith('==') ? 2 : digits.endsWith('=') ? 1 : 0;
  const bytes = new Uint8Array((digits.length / 4) * 3);
  for (let i = 0, at = 0; i < digits.length; i += 4, at += 3) {
    let group = 0;
    for (let j = i; j < i + 4; j++) {
      const value = j < digits.length - padding ? (VALUES[digits.charCodeAt(j)] ?? null) : 0;
      if (value === null) return null;
      group = (group << 6) | value;
    }
    bytes[at] = group >> 16;
    bytes[at + 1] = group >> 8;
    bytes[at + 2] = group;
  }
  return bytes.subarray(0, bytes.length - padding);
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
