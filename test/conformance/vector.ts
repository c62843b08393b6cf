import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync, gzipSync } from 'node:zlib';
import type { Observation } from './run-script.js';
import type { Script } from './script.js';

const folder = join(dirname(fileURLToPath(import.meta.url)), 'vectors');

/** What a script looked like on real Fabric. */
export interface Vector {
  /** Version of Fabric. */
  readonly fabric: string;
  readonly script: Script;
  readonly observations: readonly Observation[];
}

/** A recorded vector. */
export function readVector(name: string): Vector {
  return JSON.parse(gunzipSync(readFileSync(join(folder, `${name}.json.gz`))).toString()) as Vector;
}

/** Records a vector. */
export function writeVector(name: string, vector: Vector): void {
  writeFileSync(join(folder, `${name}.json.gz`), gzipSync(JSON.stringify(vector), { level: 9 }));
}
