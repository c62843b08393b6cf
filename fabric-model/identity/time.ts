import { MalformedError } from '@cotrace/core';
import { TAG, type DerReader } from './der.js';
import { latin1 } from './latin1.js';

const UTC_TIME = /^(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)?(Z|[+-]\d{4})$/;
const GENERALIZED_TIME = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(Z|[+-]\d{4})$/;
/** `encoding/asn1` also takes fractions of a second that end in another digit than 0. */
const WITH_FRACTION = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(?:\.\d{0,8}[1-9])?(Z|[+-]\d{4})$/;
/** The longest form there is; longer texts are refused unread. */
const MAX_LENGTH = 29;

/** The next Time of a certificate. Throws `BAD_DER`, `BAD_CERTIFICATE`. */
export function readTime(reader: DerReader): Date {
  const utc = reader.next(TAG.utcTime);
  return timeOf(reader.element(utc ? TAG.utcTime : TAG.generalizedTime).content, { utc });
}

/**
 * The moment that the contents of a UTCTime (`utc`) or GeneralizedTime name, to the second. UTCTime may lack the seconds, both may have
 * an offset of up to 24 hours other than +0000 in place of Z: Go takes these although RFC 5280 does not. Throws `BAD_CERTIFICATE`.
 *
 * Source: golang.org/x/crypto/cryptobyte `ReadASN1UTCTime`, `ReadASN1GeneralizedTime`; with `fractions`, encoding/asn1
 * `parseGeneralizedTime`.
 */
export function timeOf(
  content: Uint8Array,
  { utc, fractions = false }: { readonly utc: boolean; readonly fractions?: boolean },
): Date {
  const text = content.length > MAX_LENGTH ? '' : latin1(content);
  const parts = (utc ? UTC_TIME : fractions ? WITH_FRACTION : GENERALIZED_TIME).exec(text);
  const [years = NaN, month = NaN, day = NaN, hour = NaN, minute = NaN, second = 0] = (parts ?? [])
    .slice(1, 7)
    .map((digits?: string) => Number(digits ?? 0));
  const year = utc ? years + (years < 50 ? 2000 : 1900) : years;
  const offset = offsetOf(parts?.at(-1));
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  date.setUTCHours(hour, minute, second);
  const exists = date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
  if (!exists || hour > 23 || minute > 59 || second > 59 || offset === null) {
    throw new MalformedError('BAD_CERTIFICATE', 'a time that cannot be read', {
      length: content.length,
    });
  }
  return new Date(date.getTime() - offset * 60_000);
}

/** Minutes that an offset is ahead of UTC. */
function offsetOf(text?: string): number | null {
  if (text === 'Z') return 0;
  const hours = Number(text?.slice(1, 3));
  const minutes = Number(text?.slice(3));
  // What is no offset at all is to be written Z.
  if (!(hours <= 24 && minutes <= 59) || hours + minutes === 0) return null;
  return (text?.startsWith('-') === true ? -1 : 1) * (hours * 60 + minutes);
}
