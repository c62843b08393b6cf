// RFC 3986, appendix A, put together from its rules; as where the standard's own schema is judged, an authority may
// also stand behind a single slash. No rule repeats what can match one text in two ways, so that matching takes time
// linear in the text.
const escaped = '%[0-9A-Fa-f]{2}';
const unreserved = "A-Za-z0-9\\-._~!$&'()*+,;=";
const pchar = `(?:[${unreserved}:@]|${escaped})`;
const host = `(?:\\[([^\\]]*)\\]|(?:[${unreserved}]|${escaped})*)`;
const authority = `(?:(?:[${unreserved}:]|${escaped})*@)?${host}(?::\\d*)?`;
const rooted = `(?:/${pchar}*)*`;
const hierarchy = `(?:/?/${authority}${rooted}|/(?:${pchar}+${rooted})?|${pchar}+${rooted})`;
const tail = `(?:[${unreserved}:@/?]|${escaped})*`;
const URI = new RegExp(`^[A-Za-z][A-Za-z0-9+\\-.]*:${hierarchy}(?:\\?${tail})?(?:#${tail})?$`);

const IPV4 = /^(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)$/;
const IPV_FUTURE = new RegExp(`^[Vv][0-9A-Fa-f]+\\.[${unreserved}:]+$`);

/**
 * Whether `text` is an absolute URI (RFC 3986) with something behind its scheme; a compact one (CURIE), such as
 * `example:lot`, has the same form.
 */
export function isUri(text: string): boolean {
  const match = URI.exec(text);
  if (match === null) return false;
  const literal = match[1];
  return literal === undefined || isIpv6(literal) || IPV_FUTURE.test(literal);
}

function isIpv6(text: string): boolean {
  const halves = text.split('::');
  if (halves.length > 2) return false;
  const groups = halves.map((half) => (half === '' ? [] : half.split(':')));
  const last = groups.at(-1)?.at(-1);
  const embedded = last !== undefined && IPV4.test(last);
  const flat = groups.flat();
  const hex = embedded ? flat.slice(0, -1) : flat;
  if (!hex.every((group) => /^[0-9A-Fa-f]{1,4}$/.test(group))) return false;
  const count = hex.length + (embedded ? 2 : 0);
  return halves.length === 2 ? count <= 7 : count === 8;
}
