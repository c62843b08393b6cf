import type { ClientRecord } from '@cotrace/core';
import type { ReadEvent } from '../read-file.js';

/** The record of an event. Throws where it was refused. */
export function recordOf(found?: ReadEvent): ClientRecord {
  if (found?.result.ok !== true) throw new Error(`refused: ${JSON.stringify(found)}`);
  return found.result.record;
}
