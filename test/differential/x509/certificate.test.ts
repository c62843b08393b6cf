import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createHash } from 'node:crypto';
import { CotraceError, toHex } from '@cotrace/core';
import { parseDerCertificate, withLowS } from '../../../fabric-model/identity/certificate.js';
import type { Certificate } from '../../../fabric-model/identity/certificate.js';
import { uniqueChain } from '../../../fabric-model/identity/chain.js';
import { parseRevocationList, revokes } from '../../../fabric-model/identity/crl.js';
import { Chance, amount, seedOf } from './chance.js';
import { generateCertificate } from './generate-certificate.js';
import { generateList } from './generate-list.js';
import { newKeys, plainCertificate, plainName } from './generate-plain.js';
import { GoProgram } from './go-program.js';

const BATCH = 5_000;
/**
 * What may differ, and why: name and policy constraints are not supported, so that these extensions are not read, and a
 * certificate with one stands in no chain (docs/decisions/0001).
 */
const RESTRICTING = new Set(['2.5.29.30', '2.5.29.33', '2.5.29.36', '2.5.29.54']);
const ALGORITHMS: Readonly<Record<string, string>> = {
  '1.2.840.10045.4.3.2': 'ECDSA-SHA256',
  '1.2.840.10045.4.3.3': 'ECDSA-SHA384',
  '1.2.840.10045.4.3.4': 'ECDSA-SHA512',
  '1.2.840.10045.4.1': 'ECDSA-SHA1',
};

let go: GoProgram | undefined;
beforeAll(() => (go = GoProgram.build(import.meta.dirname)));
afterAll(() => go?.close());

const digest = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex').slice(0, 16);

/** Result of a call, or the code of the Cotrace error that it throws. */
function attempt<T>(call: () => T): T | string {
  try {
    return call();
  } catch (error) {
    if (error instanceof CotraceError) return error.code;
    throw error;
  }
}

function describeCertificate(certificate: Certificate): Readonly<Record<string, unknown>> {
  return {
    version: certificate.version,
    serial: certificate.serial,
    tbs: digest(certificate.tbs),
    issuer: digest(certificate.issuer.raw),
    subject: digest(certificate.subject.raw),
    issuerName: certificate.issuer.commonName,
    subjectName: certificate.subject.commonName,
    units: certificate.subject.organizationalUnits,
    notBefore: certificate.notBefore.getTime() / 1000,
    notAfter: certificate.notAfter.getTime() / 1000,
    curve: certificate.curve,
    keyInfo: digest(certificate.publicKeyInfo),
    signatureAlgorithm: ALGORITHMS[certificate.signatureAlgorithm] ?? 'other',
    signature: toHex(certificate.signature),
    basicConstraints: certificate.basicConstraints,
    isCA: certificate.isCA,
    maxPathLength: certificate.maxPathLength ?? -1,
    keyUsage: certificate.keyUsage,
    purposes: certificate.extendedKeyUsage,
    subjectKeyId: toHex(certificate.subjectKeyId ?? new Uint8Array()),
    authorityKeyId: toHex(certificate.authorityKeyId),
    names: certificate.subjectAltName === undefined ? 'none' : digest(certificate.subjectAltName),
    unhandled: certificate.unhandled.filter((oid) => !RESTRICTING.has(oid)).sort(),
  };
}

interface GoCertificate {
  readonly curve: string;
  readonly signatureAlgorithm: string;
  readonly unhandled: readonly string[];
}

/** The program's answer in our terms: certificates whose keys are deliberately not supported are refused. */
function wantedOf(answer: GoCertificate | null): unknown {
  if (answer === null) return 'refused';
  if (!['P-256', 'P-384', 'P-521'].includes(answer.curve)) return 'UNSUPPORTED_KEY';
  const isEcdsa = answer.signatureAlgorithm.startsWith('ECDSA-');
  return {
    ...answer,
    signatureAlgorithm: isEcdsa ? answer.signatureAlgorithm : 'other',
    unhandled: answer.unhandled.filter((oid) => !RESTRICTING.has(oid)),
  };
}

const isRestricted = ({ unhandled }: Certificate): boolean => unhandled.some((oid) => RESTRICTING.has(oid));
const from = '240601000000Z';
const root = newKeys();
const rootName = plainName('root');
const rootDer = plainCertificate({ subject: rootName, issuer: rootName, keys: root, issuerKey: root.key, isCA: true, notBefore: '230101000000Z' });
const subjects = [newKeys(), newKeys(), newKeys('P-384'), newKeys('P-521')];
const leafKeys = newKeys();

/** A chain to judge: some roots and intermediates, and the certificate that is to chain to them. */
interface Chain {
  readonly roots: Uint8Array[];
  readonly intermediates: Uint8Array[];
  readonly certificate: Uint8Array;
}

function payloadOf({ roots, intermediates, certificate }: Chain): Uint8Array {
  const parts = [...roots, ...intermediates, certificate].flatMap((der) => {
    const size = Buffer.alloc(4);
    size.writeUInt32BE(der.length);
    return [size, der];
  });
  return Buffer.concat([Buffer.of(roots.length, intermediates.length), ...parts]);
}

/** Our answer in the form of the program's. */
function judge({ roots, intermediates, certificate }: Chain): unknown {
  const subject = parseDerCertificate(certificate);
  const authorities = { roots: roots.map(parseDerCertificate), intermediates: intermediates.map(parseDerCertificate) };
  const chain = attempt(() => uniqueChain(subject, authorities));
  if (typeof chain === 'string') return { chains: 0, length: 0, lowS: '' };
  const rewritten = attempt(() => withLowS(subject, chain[1] ?? subject));
  return { chains: 1, length: chain.length, lowS: typeof rewritten === 'string' ? '' : digest(rewritten.der) };
}

/** A generated certificate, what it was made for, and ours and the program's reading of it. */
describe('certificates', () => {
  it('are read, chained and rewritten as Go and Fabric do', () => {
    if (go === undefined) return;
    const chance = new Chance(seedOf('certificates as Go reads them'));
    for (let left = amount(1_000, 100_000); left > 0; left -= BATCH) {
      const made = Array.from({ length: Math.min(BATCH, left) }, () => {
        const keys = chance.of([...subjects] as [typeof leafKeys]);
        const isCA = chance.once(2);
        const der = generateCertificate(chance, { issuer: rootName, issuerKey: root.key, keyInfo: keys.keyInfo, isCA });
        return { der, keys, isCA };
      });
      const answers = go.ask(made.map(({ der }) => ({ kind: 'c', payload: der }))) as (GoCertificate | null)[];
      expect(answers).toHaveLength(made.length);
      const chains: Chain[] = [];
      made.forEach(({ der, keys, isCA }, i) => {
        const found = attempt(() => parseDerCertificate(der));
        const wanted = wantedOf(answers[i] ?? null);
        if (typeof found === 'string') {
          if (wanted !== 'refused' && wanted !== found) expect({ der: toHex(der), found }).toEqual({ found: wanted });
          return;
        }
        if (wanted === 'refused' && isRestricted(found)) return;
        const description = describeCertificate(found);
        if (JSON.stringify(description) !== JSON.stringify(wanted)) expect({ der: toHex(der), found: description }).toEqual({ found: wanted });
        if (isRestricted(found)) return;
        if (!isCA) {
          chains.push({ roots: [rootDer], intermediates: [], certificate: der });
          return;
        }
        const below = plainCertificate({ subject: plainName('leaf'), issuer: found.subject.raw, keys: leafKeys, issuerKey: keys.key, isCA: false, notBefore: from });
        if (chance.once(2)) chains.push({ roots: [rootDer], intermediates: [der], certificate: below });
        else chains.push({ roots: [der], intermediates: [], certificate: chance.once(4) ? der : below });
      });
      const verdicts = go.ask(chains.map((chain) => ({ kind: 'v', payload: payloadOf(chain) })));
      chains.forEach((chain, i) => {
        const found = judge(chain);
        if (JSON.stringify(found) !== JSON.stringify(verdicts[i]))
          expect({ chain: toHex(Uint8Array.from(payloadOf(chain))), found }).toEqual({ found: verdicts[i] });
      });
    }
  }, 3_600_000);
});

interface GoList {
  readonly revoked: readonly string[];
  readonly authorityKeyId: string;
  readonly tbs: string;
  readonly signed: boolean;
}

describe('revocation lists', () => {
  it('are read as Fabric reads them', () => {
    if (go === undefined) return;
    const chance = new Chance(seedOf('revocation lists as Fabric reads them'));
    const issuer = parseDerCertificate(rootDer);
    for (let left = amount(500, 50_000); left > 0; left -= BATCH) {
      const lists = Array.from({ length: Math.min(BATCH, left) }, () => generateList(chance, root.key));
      const size = Buffer.alloc(4);
      size.writeUInt32BE(rootDer.length);
      const answers = go.ask(lists.map((list) => ({ kind: 'l', payload: Buffer.concat([size, rootDer, list]) }))) as (GoList | null)[];
      lists.forEach((bytes, i) => {
        const list = attempt(() => parseRevocationList(bytes));
        const wanted = answers[i] ?? 'refused';
        if (typeof list === 'string') {
          if (wanted !== 'refused') expect({ bytes: toHex(bytes), found: list }).toEqual({ found: wanted });
          return;
        }
        const [serial = 'none'] = list.revoked;
        const found = {
          revoked: [...list.revoked].sort(),
          authorityKeyId: list.authorityKeyId === undefined ? 'none' : toHex(list.authorityKeyId),
          tbs: digest(list.tbs),
          // Asked of a list that is the issuer's and revokes something, whatever it says itself.
          signed: revokes({ ...list, revoked: new Set([serial]), authorityKeyId: issuer.subjectKeyId }, issuer, { ...issuer, serial }),
        };
        if (JSON.stringify(found) !== JSON.stringify(wanted)) expect({ bytes: toHex(bytes), found }).toEqual({ found: wanted });
      });
    }
  }, 3_600_000);
});
