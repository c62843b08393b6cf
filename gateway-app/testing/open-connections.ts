import { readdirSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const FILES = '/proc/self/fd';
const LOOKS = 100;

/** How many sockets this process has, also those that do not keep it alive. */
export function openConnections(): number {
  return readdirSync(FILES).filter((name) => isSocket(join(FILES, name))).length;
}

/** As `openConnections`, once those that are being closed are gone: it stays the same for a tenth of a second. */
export async function settledConnections(): Promise<number> {
  let known = openConnections();
  for (let looks = 0, same = 0; looks < LOOKS && same < 10; looks++) {
    await sleep(10);
    const now = openConnections();
    same = now === known ? same + 1 : 0;
    known = now;
  }
  return known;
}

/** As `openConnections`, after a moment in which those that are being closed may come down to `most`. */
export async function connectionsLeft(most: number): Promise<number> {
  for (let i = 0; i < LOOKS && openConnections() > most; i++) await sleep(10);
  return openConnections();
}

function isSocket(path: string): boolean {
  try {
    return readlinkSync(path).startsWith('socket:');
  } catch {
    // The one that listing them has taken.
    return false;
  }
}
