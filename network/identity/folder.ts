import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';

const UNFINISHED = '.new-';
const SECRET_MODE = 0o600;
const SECRET_FOLDER_MODE = 0o700;

/** A file to be written; `secret` ones (keys) are readable by their owner alone. */
export interface FolderFile {
  readonly path: readonly string[];
  readonly text: string;
  readonly secret?: boolean;
}

/**
 * Writes a folder in one step: a process that dies on the way leaves no folder, or the whole of it.
 * The files are written and synced beside it and renamed into place. Throws the file system's error,
 * `ENOTEMPTY` where the folder is already there.
 */
export async function writeFolder(target: string, files: readonly FolderFile[]): Promise<void> {
  const parent = dirname(target);
  await mkdir(parent, { recursive: true });
  const unfinished = join(parent, `${UNFINISHED}${randomBytes(8).toString('hex')}`);
  try {
    const folders = await makeFolders(unfinished, files);
    await Promise.all(files.map((file) => writeFile(join(unfinished, ...file.path), file)));
    await Promise.all(folders.map(syncFolder));
    await rename(unfinished, target);
  } catch (error) {
    await rm(unfinished, { recursive: true, force: true });
    throw error;
  }
  await syncFolder(parent);
}

/** Removes what writes that never finished left in a folder. A folder that is not there has none. */
export async function removeUnfinished(parent: string): Promise<void> {
  if (!existsSync(parent)) return;
  const names = await readdir(parent);
  await Promise.all(
    names
      .filter((name) => name.startsWith(UNFINISHED))
      .map((name) => rm(join(parent, name), { recursive: true, force: true })),
  );
}

async function makeFolders(root: string, files: readonly FolderFile[]): Promise<string[]> {
  const folders = new Map<string, boolean>([[root, false]]);
  for (const { path, secret } of files) {
    for (let depth = 1; depth < path.length; depth++) {
      const folder = join(root, ...path.slice(0, depth));
      const keysOnly = depth === path.length - 1 && secret === true && path.at(-2) === 'keystore';
      folders.set(folder, keysOnly);
    }
  }
  // Parents come before their children in the map.
  for (const [folder, secret] of folders) await mkdir(folder, secret ? { mode: SECRET_FOLDER_MODE } : {});
  return [...folders.keys()];
}

async function writeFile(path: string, { text, secret }: FolderFile): Promise<void> {
  const file = await open(path, 'wx', secret === true ? SECRET_MODE : undefined);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
