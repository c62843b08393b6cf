import { posix } from 'node:path';

const AREA = 'gateway-app';

/** The room of `gateway-app` that a file is in: its folder, or its own name at the top; null for files of other packages. */
export function roomOf(path: string): string | null {
  const [area, room = ''] = path.split('/');
  return area === AREA ? room.replace(/\.[jt]s$/, '') : null;
}

/** The room that a relative import of the file `path` leads into; null where it leads out of `gateway-app`. */
export function roomAt(path: string, specifier: string): string | null {
  return specifier.startsWith('.') ? roomOf(posix.join(posix.dirname(path), specifier)) : null;
}
