import type { DescMessage, MessageShape } from '@bufbuild/protobuf';
import { CotraceError, isCotraceError } from '@cotrace/core';
import { decode } from '../wire/decode.js';

/** What Go's protobuf library says of bytes that are not a message. */
export const UNPARSABLE = 'proto: cannot parse invalid wire-format data';

/** The error of an update that is not applied; `reason` in Fabric's words. */
export function refused(reason: string, cause?: unknown): CotraceError {
  return new CotraceError('CONFIG_UPDATE', reason, {}, cause);
}

/** Runs a step; what it refuses is refused as `<step>: <reason>`. */
export function step<T>(name: string, run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (!isCotraceError(error)) throw error;
    throw refused(`${name}: ${error.message}`, error);
  }
}

/** Decodes a message of an update. Throws `CONFIG_UPDATE`. */
export function read<Desc extends DescMessage>(schema: Desc, bytes: Uint8Array): MessageShape<Desc> {
  try {
    return decode(schema, bytes);
  } catch (error) {
    if (!isCotraceError(error)) throw error;
    throw refused(UNPARSABLE, error);
  }
}
