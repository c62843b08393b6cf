/** What went wrong by the system's code, and what to do: errno(3). */
const SENTENCES: Readonly<Record<string, string>> = {
  EACCES: 'this user may not do that; check owner and permissions',
  EBUSY: 'something else uses it; try again once it is free',
  EDQUOT: "this user's share of the disk is full; free some space",
  EEXIST: 'something else has that name; give another path',
  EIO: 'the disk has failed; check it',
  EISDIR: 'it is a folder, not a file; give the path of a file',
  ELOOP: 'its symbolic links form a loop; give another path',
  EMFILE: 'this process has too many files open; raise the limit (ulimit -n)',
  ENAMETOOLONG: 'the path is too long; give a shorter one',
  ENFILE: 'the machine has too many files open',
  ENOENT: 'there is no such file or folder; check the path',
  ENOSPC: 'the disk is full; free some space',
  ENOTDIR: 'a part of the path is a file, not a folder; check the path',
  ENOTEMPTY: 'the folder is not empty',
  EPERM: 'this user may not do that; check owner and permissions',
  EROFS: 'the disk is read-only',
};

/** An error of the system as a sentence, with its path where it has one; null for any other error. */
export function systemErrorText(error: unknown): string | null {
  if (typeof error !== 'object' || error === null) return null;
  const { code, syscall, path } = error as { code?: unknown; syscall?: unknown; path?: unknown };
  if (typeof code !== 'string' || typeof syscall !== 'string') return null;
  const sentence = Object.hasOwn(SENTENCES, code) ? SENTENCES[code] : undefined;
  if (sentence === undefined) return null;
  return typeof path === 'string' ? `${path}: ${sentence}` : sentence;
}
