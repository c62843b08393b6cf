import { ScalarType } from '@bufbuild/protobuf';
import { MalformedError } from '@cotrace/core';
import { WIRE, type WireReader } from './wire-reader.js';

/** Wire type of a scalar that stands alone. */
export function wireType(scalar: ScalarType): number {
  return scalar === ScalarType.STRING || scalar === ScalarType.BYTES ? WIRE.bytes : WIRE.varint;
}

/** Value of a scalar of which nothing was sent. */
export function zeroOf(scalar: ScalarType): unknown {
  switch (scalar) {
    case ScalarType.BYTES:
      return new Uint8Array();
    case ScalarType.STRING:
      return '';
    case ScalarType.BOOL:
      return false;
    case ScalarType.UINT64:
    case ScalarType.INT64:
      return 0n;
    default:
      return 0;
  }
}

/** Reads a scalar as Go does: a varint too large for its type is cut. Throws `BAD_PROTOBUF`, `UNSUPPORTED_SCALAR`. */
export function readScalar(scalar: ScalarType, reader: WireReader): unknown {
  switch (scalar) {
    case ScalarType.STRING:
      return reader.text();
    case ScalarType.BYTES:
      return reader.bytes();
    case ScalarType.UINT64:
      return reader.uint64();
    case ScalarType.INT64:
      return BigInt.asIntN(64, reader.uint64());
    case ScalarType.INT32:
      reader.varint();
      return reader.low | 0;
    case ScalarType.UINT32:
      reader.varint();
      return reader.low;
    case ScalarType.BOOL:
      reader.varint();
      return reader.low !== 0 || reader.high !== 0;
    default:
      throw new MalformedError('UNSUPPORTED_SCALAR', 'no message of Fabric has a field of this type', {
        scalar,
      });
  }
}
