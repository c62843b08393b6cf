import { existsSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { dataFolder } from '../../epcis/testing/test-data.js';

/** Paths of the files of a folder of reference data, by name; none where it is missing. */
function filesOf(name: string): readonly string[] {
  const folder = dataFolder(name);
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .sort()
    .map((file) => fileURLToPath(new URL(file, folder)));
}

export const fsmaFiles = filesOf('fsma204');
export const validFiles = filesOf('epcis-valid');
export const invalidFiles = filesOf('epcis-invalid');

/** The product at the end of the chain of `fsma204`. */
export const SALAD = 'https://id.gs1.org/01/10860009998039/10/SALAD-20260420-A';
