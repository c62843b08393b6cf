import { MalformedError } from '@cotrace/core';
import { SCALAR } from './form.js';
import { WIRE, type WireReader } from './wire-reader.js';

/** Wire type of a scalar that stands alone. */
export function wireType(scalar: number): number {
  return scalar === SCALAR.string || scalar === SCALAR.bytes ? WIRE.bytes : WIRE.varint;
}

/** Value of a scalar of which nothing was sent. */
export function zeroOf(scalar: number): unknown {
  switch (scalar) {
    case SCALAR.bytes:
      return new Uint8Array();
    case SCALAR.string:
      return '';
    case SCALAR.bool:
      return false;
    case SCALAR.uint64:
    case SCALAR.int64:
      return 0n;
    default:
      return 0;
  }
}

/** Reads a scalar as Go does: a varint too large for its type is cut. Throws `BAD_PROTOBUF`, `UNSUPPORTED_SCALAR`. */
export function readScalar(scalar: number, reader: WireReader): unknown {
  switch (scalar) {
    case SCALAR.string:
      return reader.text();
    case SCALAR.bytes:
      return reader.bytes();
    case SCALAR.uint64:
      return reader.uint64();
    case SCALAR.int64:
      return BigInt.asIntN(64, reader.uint64());
    case SCALAR.int32:
      reader.varint();
      return reader.low | 0;
    case SCALAR.uint32:
      reader.varint();
      return reader.low;
    case SCALAR.bool:
      reader.varint();
      return reader.low !== 0 || reader.high !== 0;
    default:
      throw new MalformedError('UNSUPPORTED_SCALAR', 'no message of Fabric has a field of this type', {
        scalar,
      });
  }
}
