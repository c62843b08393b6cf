import { isGs1Host, likelyLink } from './digital-link.js';
import { normalEscapes } from './escapes.js';
import { broken, type Broken } from './gs1-identifier.js';
import { splitHttp } from './http-uri.js';

const HTTP = /^https?:/i;

/** Authority and path of an address with any number of slashes, with another scheme, or with none and then without a user. */
const LIKE_AN_ADDRESS =
  /^(?:https?:\/*|[a-z][a-z0-9+.-]*:\/\/|\/\/+|(?=[^/?#@]*(?:[/?#]|$)))([^/?#]*)(\/[^?#]*)?(?:[?#].*)?$/is;

/**
 * What a text means that some software takes for a web address and RFC 3986 does not: with backslashes, with too few or too
 * many slashes before the host. On the host of GS1 it is refused, also without a scheme or with another one; elsewhere it is
 * another text, with `doubt` where it would be a link. Null for any other text, and for what is an address by RFC 3986.
 */
export function readMisspelt(
  text: string,
): Broken | { readonly doubt: string; readonly meant: string } | null {
  const isAddress = splitHttp(text) !== null && !text.includes('\\');
  if (isAddress) return null;
  const plain = normalEscapes(text).replaceAll('\\', '/');
  const [, authority = '', path = ''] = LIKE_AN_ADDRESS.exec(plain) ?? [];
  const host = splitHttp(`https://${authority}`)?.host ?? '';
  const meant = likelyLink(path);
  if (isGs1Host(host)) {
    return broken('is not a valid address on id.gs1.org: write https://id.gs1.org/ and a path', meant);
  }
  if (!HTTP.test(text) || meant === null) return null;
  return { doubt: 'is not an address by RFC 3986: it needs // before its host, and no backslash', meant };
}
