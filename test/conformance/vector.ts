import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync, gzipSync } from 'node:zlib';
import type { Observation } from './run-script.js';
import type { Script } from './script.js';

/** Name of the recording of `makeOddCalls`. */
export const ODD_CALLS = 'odd-calls';

const folder = join(dirname(fileURLToPath(import.meta.url)), 'vectors');

/** What real Fabric looked like. */
export interface Recording {
  /** Version of Fabric. */
  readonly fabric: string;
  readonly observations: readonly Observation[];
}

/** What a script looked like on real Fabric. */
export interface Vector extends Recording {
  readonly script: Script;
}

/** A recorded vector. */
export function readVector(name: string): Vector {
  return JSON.parse(gunzipSync(readFileSync(join(folder, `${name}.json.gz`))).toString()) as Vector;
}

/** What was recorded of `makeOddCalls`. */
export function readOddCalls(): Recording {
  return readVector(ODD_CALLS);
}

/** Records what Fabric looked like. */
export function writeVector(name: string, recording: Vector | Recording): void {
  writeFileSync(join(folder, `${name}.json.gz`), gzipSync(JSON.stringify(recording), { level: 9 }));
}
