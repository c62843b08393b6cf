import { ClassicLevel } from 'classic-level';

/** A LevelDB with text keys and bytes as values. */
export type Store = ClassicLevel<string, Uint8Array>;

/** Opens the LevelDB in `folder`, whoever wrote it; nothing else may have it open. */
export async function openDatabase(folder: string): Promise<Store> {
  const store: Store = new ClassicLevel(folder, { keyEncoding: 'utf8', valueEncoding: 'view' });
  await store.open();
  return store;
}
