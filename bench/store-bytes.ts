import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { ClassicLevel } from 'classic-level';

/**
 * Bytes that each store in `folder` takes on disk once it is compacted, by the store's name: what is there for good,
 * whatever its write-ahead log held. Nothing may have the stores open.
 */
export async function storeBytes(folder: string): Promise<ReadonlyMap<string, number>> {
  const sizes = new Map<string, number>();
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    const store = new ClassicLevel<Uint8Array, Uint8Array>(path, { keyEncoding: 'view' });
    await store.compactRange(new Uint8Array(), new Uint8Array(64).fill(0xff));
    await store.close();
    sizes.set(name, folderBytes(path));
  }
  return sizes;
}

function folderBytes(folder: string): number {
  return readdirSync(folder)
    .map((name) => statSync(join(folder, name)).size)
    .reduce((sum, size) => sum + size, 0);
}
