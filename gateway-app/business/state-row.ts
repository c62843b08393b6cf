import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { concat, toHex, utf8 } from '@cotrace/core';
import {
  StateRowSchema,
  StoredEntrySchema,
  type StoredEntry,
  type ValuePiece,
} from '../gen/cotrace/store_pb.js';

/** The least number of digits in a row that is packed: of fewer, what says where they are takes as much as they do. */
const LEAST_DIGITS = 16;
const NONE = new Uint8Array();

/** By byte: the hexadecimal digit that it is in lower case, or -1. */
const DIGITS = Int8Array.from({ length: 256 }, (_, byte) =>
  '0123456789abcdef'.indexOf(String.fromCharCode(byte)),
);

/** The row of a key's entry in the store. */
export function encodeStateRow(entry: StoredEntry): Uint8Array {
  const pieces = packed(entry.value);
  const { deleted, blockNum, txNum, verNum, validationParameter } = entry;
  const value = pieces.length === 0 ? entry.value : NONE;
  return toBinary(
    StateRowSchema,
    create(StateRowSchema, { value, deleted, blockNum, txNum, verNum, validationParameter, pieces }),
  );
}

/** The entry of a row, packed or as stores of layout 2 have it. */
export function decodeStateRow(bytes: Uint8Array): StoredEntry {
  const { value, deleted, blockNum, txNum, verNum, validationParameter, pieces } = fromBinary(
    StateRowSchema,
    bytes,
  );
  const whole = pieces.length === 0 ? value : concat(...pieces.flatMap(unpacked));
  return create(StoredEntrySchema, {
    ...{ value: whole, deleted, blockNum, txNum, verNum, validationParameter },
  });
}

/** The pieces of a value; none where it has no digits that are worth it. */
function packed(value: Uint8Array): Pick<ValuePiece, 'text' | 'digits'>[] {
  const pieces: Pick<ValuePiece, 'text' | 'digits'>[] = [];
  let from = 0;
  for (let at = 0; at < value.length; at++) {
    const start = at;
    while (digitAt(value, at) >= 0) at++;
    const count = at - start - ((at - start) % 2);
    if (count < LEAST_DIGITS) continue;
    const digits = new Uint8Array(count / 2);
    for (let i = 0; i < digits.length; i++) {
      const place = start + 2 * i;
      digits[i] = digitAt(value, place) * 16 + digitAt(value, place + 1);
    }
    pieces.push({ text: value.subarray(from, start), digits });
    from = start + count;
  }
  if (pieces.length > 0 && from < value.length) pieces.push({ text: value.subarray(from), digits: NONE });
  return pieces;
}

function unpacked({ text, digits }: ValuePiece): Uint8Array[] {
  return [text, utf8(toHex(digits))];
}

function digitAt(value: Uint8Array, at: number): number {
  return DIGITS[value[at] ?? 0] ?? -1;
}
