import { readOrNull } from '../errors.js';
import { decodePartLeaf, isPartName, type PartLeaf } from './leaves.js';

/** What a member is reported for: that its turn was over for t1, or for t2. */
export type LateKind = 'warning' | 'penalty';

const U64_MAX = 0xffffffffffffffffn;

/** Key of a domain's part of cycle n in the state of `checking`; the domain is one of a part. */
export function partKey(checkNum: bigint, domain: string): string {
  return `part/${twenty(checkNum)}/${domain}`;
}

/** Key of header n in the state of `checking`. */
export function headerKey(checkNum: bigint): string {
  return `header/${twenty(checkNum)}`;
}

/** Key of a report about attempt k, 0…9,999, of cycle n in the state of `checking`. */
export function lateKey(checkNum: bigint, attempt: number, kind: LateKind): string {
  return `${latePrefix(checkNum)}${String(attempt).padStart(4, '0')}/${kind}`;
}

/** What the keys of all parts of cycle n begin with. */
export function partPrefix(checkNum: bigint): string {
  return partKey(checkNum, '');
}

/** What the keys of all reports about cycle n begin with. */
export function latePrefix(checkNum: bigint): string {
  return `late/${twenty(checkNum)}/`;
}

/** Key of the anchor of header m in the state of `anchor` on main. */
export function anchorKey(checkNum: bigint): string {
  return `anchor/${twenty(checkNum)}`;
}

/** Key of the rules in force in the state of `anchor` on main; there once they were switched. */
export const RULES_KEY = 'anchor/rules';

/** What is written at `RULES_KEY`, 1…65,535; null for bytes of another form. */
export function readRulesValue(value: Uint8Array): number | null {
  const [high = 0, low = 0] = value;
  return value.length === 2 && (high > 0 || low > 0) ? high * 256 + low : null;
}

/** What `partKey` was made of; null for a key of another form. */
export function readPartKey(key: string): { readonly checkNum: bigint; readonly domain: string } | null {
  const [, digits = '', domain = ''] = /^part\/([0-9]{20})\/(.*)$/.exec(key) ?? [];
  const checkNum = numberOf(digits);
  return checkNum === null || !isPartName(domain) ? null : { checkNum, domain };
}

/** The part at a key of the state of `checking`, with its cycle; null where key and value are not what one has. */
export function readPart(key: string, value: Uint8Array): (PartLeaf & { readonly checkNum: bigint }) | null {
  const named = readPartKey(key);
  if (named === null) return null;
  const leaf = readOrNull(() => decodePartLeaf(value));
  return leaf?.domain === named.domain ? { ...leaf, checkNum: named.checkNum } : null;
}

/** The n of `headerKey`; null for a key of another form. */
export function readHeaderKey(key: string): bigint | null {
  return numberOf(/^header\/([0-9]{20})$/.exec(key)?.[1] ?? '');
}

/** What `lateKey` was made of; null for a key of another form. */
export function readLateKey(
  key: string,
): { readonly checkNum: bigint; readonly attempt: number; readonly kind: LateKind } | null {
  const [, digits = '', attempt = '', kind] =
    /^late\/([0-9]{20})\/([0-9]{4})\/(warning|penalty)$/.exec(key) ?? [];
  const checkNum = numberOf(digits);
  if (checkNum === null || (kind !== 'warning' && kind !== 'penalty')) return null;
  return { checkNum, attempt: Number(attempt), kind };
}

/** The m of `anchorKey`; null for a key of another form. */
export function readAnchorKey(key: string): bigint | null {
  return numberOf(/^anchor\/([0-9]{20})$/.exec(key)?.[1] ?? '');
}

function twenty(value: bigint): string {
  return String(value).padStart(20, '0');
}

function numberOf(digits: string): bigint | null {
  const value = digits === '' ? null : BigInt(digits);
  return value !== null && value <= U64_MAX ? value : null;
}
