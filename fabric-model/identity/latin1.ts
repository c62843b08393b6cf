const decoder = new TextDecoder('windows-1252');

/** Text with one character per byte, ASCII as it is; no two byte strings have the same. */
export function latin1(bytes: Uint8Array): string {
  return decoder.decode(bytes);
}
