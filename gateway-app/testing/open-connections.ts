import { setTimeout as sleep } from 'node:timers/promises';

const LOOKS = 50;

/** The connections of this process that keep it alive. */
export function openConnections(): number {
  return process.getActiveResourcesInfo().filter((resource) => /^TCPSocketWrap$|^TLSWrap$/.test(resource))
    .length;
}

/** As `openConnections`, after a moment in which those that are being closed may come down to `least`. */
export async function connectionsLeft(least: number): Promise<number> {
  for (let i = 0; i < LOOKS && openConnections() > least; i++) await sleep(10);
  return openConnections();
}
