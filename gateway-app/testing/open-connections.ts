import { readdirSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const FILES = '/proc/self/fd';
const LOOKS = 100;

/** How many sockets this process has, also those that do not keep it alive. */
export function openConnections(): number {
  return readdirSync(FILES).filter((name) => isSocket(join(FILES, name))).length;
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
