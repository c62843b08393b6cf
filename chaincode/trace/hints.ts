import { Shape, type Hint } from '@cotrace/core';
import { asRefusal, parseArgument } from './arguments.js';

/** Two hashes and an identifier of 512 bytes, escaped: below 4,096 bytes each, for 1,000 identifiers. */
const MAX_HINTS_BYTES = 4 * 1024 * 1024;

/**
 * The hints in the argument of `capture`: one for each of `ids`, which get a row, in that order. Either both values are null
 * (the identifier is new in this domain) or both are 64 lower-case hexadecimal digits.
 * Throws `BAD_HINTS`, `TOO_LARGE`.
 */
export function parseHints(text: string, ids: readonly string[]): Hint[] {
  return asRefusal(() => {
    const value = parseArgument(text, MAX_HINTS_BYTES, 'hints', 'BAD_HINTS');
    const root = new Shape(value, { code: 'BAD_HINTS', name: 'hints', tooLarge: 'TOO_LARGE' });
    const entries = root.items(
      ids.length,
      ids.length,
      'one hint for each identifier of the record that gets a row',
    );
    return entries.map((entry, i) => hintOf(entry, ids[i] ?? ''));
  });
}

function hintOf(entry: Shape, id: string): Hint {
  entry.only(['id', 'preTraceTxId', 'preTraceHash']);
  if (entry.at('id').text() !== id)
    entry.at('id').wrong(`${id}, in the order of the record’s identifiers that get a row`);
  const preTraceTxId = hashOrNull(entry.at('preTraceTxId'));
  const preTraceHash = hashOrNull(entry.at('preTraceHash'));
  if ((preTraceTxId === null) !== (preTraceHash === null)) {
    entry.fail('must have null in both of preTraceTxId and preTraceHash, or in neither');
  }
  return { id, preTraceTxId, preTraceHash };
}

function hashOrNull(member: Shape): string | null {
  if (member.isNull()) return null;
  return member.text({ rule: 'null or 64 lower-case hexadecimal digits', like: /^[0-9a-f]{64}$/ });
}
