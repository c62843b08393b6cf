import { asciiLower } from '../text/characters.js';
import { normalEscapes } from './escapes.js';

/** The parts of an `http` or `https` URI (RFC 3986, section 3), as they are written. */
export interface HttpUri {
  /** `http` or `https`. */
  readonly scheme: string;
  /** With the `@` behind it; empty where there is none. */
  readonly userinfo: string;
  /** In lower case, its escapes normal. Never empty. */
  readonly host: string;
  /** Digits; null where there is none. */
  readonly port: string | null;
  /** Empty, or begins with a slash. */
  readonly path: string;
  /** Without `?`; null where there is none. */
  readonly query: string | null;
  /** With `#`; empty where there is none. */
  readonly fragment: string;
}

/** Splits by RFC 3986, appendix B; null for other schemes, and without `//` and a host. No rule of any browser is applied. */
export function splitHttp(text: string): HttpUri | null {
  const match = /^(https?):\/\/([^/?#]*)([^?#]*)(?:\?([^#]*))?(#.*)?$/is.exec(text);
  if (match === null) return null;
  const [, scheme = '', authority = '', path = '', query, fragment = ''] = match;
  const at = authority.lastIndexOf('@') + 1;
  const colon = authority.lastIndexOf(':');
  const hasPort = colon >= at && /^\d*$/.test(authority.slice(colon + 1));
  const host = authority.slice(at, hasPort ? colon : undefined);
  if (host === '') return null;
  return {
    scheme: asciiLower(scheme),
    userinfo: authority.slice(0, at),
    host: normalHost(host),
    port: hasPort ? authority.slice(colon + 1) : null,
    path,
    query: query ?? null,
    fragment,
  };
}

function normalHost(host: string): string {
  return asciiLower(normalEscapes(host)).replace(/%[0-9a-f]{2}/g, (escape) => escape.toUpperCase());
}

/** An address in brackets, or a name. */
const HOST = /^(?:\[[^[\]]*\]|[^:@[\]]*)$/;

const ALL_ESCAPED = /^(?:[A-Za-z0-9\-._~:/?#[\]@!$&'()*+,;=]|%[0-9A-Fa-f]{2})*$/;

/**
 * Equal URIs written alike (RFC 3986, sections 6.2.2 and 6.2.3): scheme and host in lower case, no default port, a path, normal
 * escapes. Nothing else: dot segments and slashes stay. What no URI may hold stays wholly as it is.
 */
export function normalHttp(text: string, uri: HttpUri): string {
  const { scheme, userinfo, host, port, path, query, fragment } = uri;
  if (!ALL_ESCAPED.test(text) || !HOST.test(host)) return text;
  const standard = scheme === 'http' ? '80' : '443';
  const place = port === null || port === '' || port === standard ? host : `${host}:${port}`;
  const rest = `${path === '' ? '/' : path}${query === null ? '' : `?${query}`}${fragment}`;
  return `${scheme}://${normalEscapes(userinfo)}${place}${normalEscapes(rest)}`;
}
