/** `%XX` of a character of ASCII. */
function percent(character: string): string {
  return '%' + character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0');
}

/** A value as a path segment, with what GS1 Digital Link (table 7-1) writes as it is, and CBV 2.0 hashes so. */
export function encodeValue(value: string): string {
  return value.replace(/[^A-Za-z0-9\-._';=]/g, percent);
}

/** Undoes percent-encoding of ASCII characters; null where a `%` is no such encoding. */
export function decodePercent(text: string): string | null {
  if (/%(?![0-7][0-9A-Fa-f])/.test(text)) return null;
  return text.replace(/%(..)/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}

/** Equal escapes written alike (RFC 3986, section 6.2.2): unreserved characters as they are, other escapes in upper case. */
export function normalEscapes(text: string): string {
  return text.replace(/%([0-9A-Fa-f]{2})/g, (escape, hex: string) => {
    const character = String.fromCharCode(Number.parseInt(hex, 16));
    return /[A-Za-z0-9\-._~]/.test(character) ? character : escape.toUpperCase();
  });
}
