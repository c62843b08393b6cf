import { constants } from 'node:fs';
import { access, statfs } from 'node:fs/promises';
import { errorCode } from '../settings/error-code.js';
import type { Standing } from './node-state.js';
import { LEAST_FREE_BYTES } from './limits.js';

/** `standing`, or `store failed` where the store in `folder` cannot be written. A state that needs a person comes first. */
export async function withStore(standing: Standing, folder: string): Promise<Standing> {
  if (standing.state === 'disputed') return standing;
  const trouble = await troubleOf(folder);
  return trouble === null ? standing : { state: 'store failed', reason: trouble };
}

async function troubleOf(folder: string): Promise<string | null> {
  try {
    await access(folder, constants.W_OK);
    const { bavail, bsize } = await statfs(folder);
    return troubleOfSpace(folder, bavail * bsize);
  } catch (error) {
    return `${folder} cannot be written (${String(errorCode(error))}); check that it is there and its permissions`;
  }
}

/** What is wrong where the disk of `folder` has so many bytes left; null where nothing is. */
export function troubleOfSpace(folder: string, bytes: number): string | null {
  if (bytes >= LEAST_FREE_BYTES) return null;
  return `the disk of ${folder} has ${bytes} bytes left, fewer than ${LEAST_FREE_BYTES}; free space on it`;
}
