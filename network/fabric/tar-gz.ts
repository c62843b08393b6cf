import { gzipSync } from 'node:zlib';
import { utf8 } from '@cotrace/core';
import { pack, type Header } from 'tar-stream';

const GZIP_SYSTEM = 9;
const GZIP_UNKNOWN_SYSTEM = 255;

/**
 * A `.tar.gz` of files by name; `type` makes other things of them. The same files give the same bytes everywhere: stored,
 * not compressed, and without the name of the system (RFC 1952), which other versions of zlib and other systems change.
 */
export async function tarGz(
  files: Readonly<Record<string, Uint8Array | string>>,
  type: NonNullable<Header['type']> = 'file',
): Promise<Uint8Array> {
  const tar = pack();
  for (const [name, content] of Object.entries(files)) {
    tar.entry(
      { name, type, mtime: new Date(0) },
      type === 'file' ? Buffer.from(typeof content === 'string' ? utf8(content) : content) : '',
    );
  }
  tar.finalize();
  const parts: Buffer[] = [];
  for await (const part of tar) parts.push(part as Buffer);
  const bytes = new Uint8Array(gzipSync(Buffer.concat(parts), { level: 0 }));
  bytes[GZIP_SYSTEM] = GZIP_UNKNOWN_SYSTEM;
  return bytes;
}
