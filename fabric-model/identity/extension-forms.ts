import { MalformedError, toHex } from '@cotrace/core';
import { TAG, type DerReader } from './der.js';
import { checkOid, oidText } from './oid.js';

/**
 * Forms of extensions that say nothing about whose certificate it is, but for whose sake Go refuses a certificate.
 * All throw `BAD_DER`. Source: Go 1.26 crypto/x509 `processExtensions`.
 */

const NAME = 0xa0;
const URI = 0x86;

/** CRL distribution points: of each, the URIs that its name begins with. */
export function checkDistributionPoints(reader: DerReader): void {
  const points = reader.inside();
  while (!points.empty) {
    const point = points.inside();
    if (!point.next(NAME)) continue;
    const names = point.inside(NAME).inside(NAME);
    while (names.next(URI)) names.element(URI);
  }
}

/** Certificate policies: each one once. */
export function checkPolicies(reader: DerReader): void {
  const policies = reader.inside();
  const seen = new Set<string>();
  while (!policies.empty) {
    const { content } = policies.inside().element(TAG.objectIdentifier);
    checkOid(content);
    const policy = toHex(content);
    if (seen.has(policy)) throw new MalformedError('BAD_DER', 'a certificate names a policy twice');
    seen.add(policy);
  }
}

/** Authority information access: each method, and its place where it is a URI. */
export function checkAuthorityInfo(reader: DerReader): void {
  const infos = reader.inside();
  while (!infos.empty) {
    const info = infos.inside();
    oidText(info.element(TAG.objectIdentifier).content);
    info.optional(URI);
  }
}
