import { isIPv6 } from './ip.js';

const CONTROL = /[\x00-\x1f\x7f]/;
const NOT_OF_SCHEME = /[^A-Za-z0-9+.-]/;
const NOT_OF_USER = /[^A-Za-z0-9\-._:~!$&'()*+,;=%@]/;
const NOT_OF_HOST = /[^A-Za-z0-9!"$&'()*+,\-.:;<=>[\]_~%]/;
const BAD_ESCAPE = /%(?![0-9A-Fa-f]{2})/;
const NOT_OF_PORT = /[^0-9]/;

/**
 * Whether Go takes an ASCII text for the URI of a certificate.
 *
 * Source: Go 1.26 net/url `Parse`, crypto/x509 `domainNameValid`.
 */
export function isUri(text: string): boolean {
  const hash = text.indexOf('#');
  const whole = hash < 0 ? text : text.slice(0, hash);
  if (CONTROL.test(whole) || (hash >= 0 && BAD_ESCAPE.test(text.slice(hash)))) return false;
  const scheme = schemeOf(whole);
  if (scheme === '') return false;
  const [rest = ''] = (scheme === null ? whole : whole.slice(scheme.length + 1)).split('?', 1);
  if (!rest.startsWith('/')) return scheme !== null || isRelative(rest);
  if (!rest.startsWith('//') || (scheme === null && rest.startsWith('///'))) return !BAD_ESCAPE.test(rest);
  const slash = rest.indexOf('/', 2);
  const end = slash < 0 ? rest.length : slash;
  return isAuthority(rest.slice(2, end), scheme) && !BAD_ESCAPE.test(rest.slice(end));
}

/** What stands before the first colon, in small letters, if it can be a scheme; null if there is none, '' if it lacks. */
function schemeOf(text: string): string | null {
  const end = text.search(NOT_OF_SCHEME);
  if (end < 0 || text[end] !== ':') return null;
  return end === 0 || /^[A-Za-z]/.test(text) ? text.slice(0, end).toLowerCase() : null;
}

function isRelative(path: string): boolean {
  const [segment = ''] = path.split('/', 1);
  return !segment.includes(':') && !BAD_ESCAPE.test(path);
}

function isAuthority(authority: string, scheme: string | null): boolean {
  const at = authority.lastIndexOf('@');
  const user = authority.slice(0, Math.max(at, 0));
  return !NOT_OF_USER.test(user) && !BAD_ESCAPE.test(user) && isHost(authority.slice(at + 1), scheme);
}

function isHost(host: string, scheme: string | null): boolean {
  const bracket = host.lastIndexOf('[');
  if (bracket >= 0) return bracket === 0 && isLiteral(host);
  const isStrict = scheme === 'http' || scheme === 'https';
  const colon = isStrict ? host.indexOf(':') : host.lastIndexOf(':');
  if (colon >= 0 && NOT_OF_PORT.test(host.slice(colon + 1))) return false;
  // Other escapes than that of % could only bring in what no domain may have.
  return !NOT_OF_HOST.test(host) && !/%(?!25)/.test(host) && hasLabels(host);
}

/** An IPv6 address in brackets, with or without a zone (RFC 6874) and a port. */
function isLiteral(host: string): boolean {
  const end = host.lastIndexOf(']');
  const port = host.slice(end + 1);
  if (end < 0 || (port !== '' && !port.startsWith(':')) || NOT_OF_PORT.test(port.slice(1))) return false;
  const [address = '', ...zones] = host.slice(1, end).split('%25');
  return isIPv6(address) && (zones.length === 0 || isZone(zones.join('%25')));
}

function isZone(text: string): boolean {
  if (text === '' || BAD_ESCAPE.test(text)) return false;
  const zone = text.replace(/%(..)/g, (_, digits: string) => String.fromCharCode(parseInt(digits, 16)));
  return !NOT_OF_HOST.test(zone) && !NOT_OF_HOST.test(text) && hasLabels(`a${zone}a`);
}

/** Whether no label of a name is empty; no name at all is good, too. */
function hasLabels(host: string): boolean {
  return host === '' || host.split('.').every((label) => label !== '');
}
