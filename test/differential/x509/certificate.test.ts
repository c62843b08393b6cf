import { afterAll, describe, expect, it } from '@jest/globals';
import { createHash } from 'node:crypto';
import { CotraceError, toHex } from '@cotrace/core';
import {
  isSignedBy,
  parseDerCertificate,
  withLowS,
  type Certificate,
} from '../../../fabric-model/identity/certificate.js';
import { uniqueChain } from '../../../fabric-model/identity/chain.js';
import { parseRevocationList, revokes } from '../../../fabric-model/identity/crl.js';
import { hostEcdsa } from '../../../fabric-model/identity/host-ecdsa.js';
import { ODD_CERTIFICATES } from '../../../fabric-model/identity/testing/odd-certificates.js';
import { Chance, amount, seedOf } from './chance.js';
import { generateCertificate, generateOneOdd } from './generate-certificate.js';
import { generateList } from './generate-list.js';
import { newKeys, plainCertificate, plainName, type Keys } from './generate-plain.js';
import { Questions, type Question } from './questions.js';

const BATCH = 5_000;
/**
 * What may differ, and why: name and policy constraints are not supported, so that these extensions are not read, and a
 * certificate with one is in no chain (docs/decisions/0001).
 */
const RESTRICTING = new Set(['2.5.29.30', '2.5.29.33', '2.5.29.36', '2.5.29.54']);
const ALGORITHMS: Readonly<Record<string, string>> = {
  '1.2.840.10045.4.3.2': 'ECDSA-SHA256',
  '1.2.840.10045.4.3.3': 'ECDSA-SHA384',
  '1.2.840.10045.4.3.4': 'ECDSA-SHA512',
  '1.2.840.10045.4.1': 'ECDSA-SHA1',
};

const go = Questions.start('Certificates are');
const describeWithGo = go === null ? describe.skip : describe;
afterAll(() => go?.stop());

const ask = async (questions: readonly Question[]): Promise<unknown[]> => (await go?.ask(questions)) ?? [];

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

function readingOf(certificate: Certificate): Readonly<Record<string, unknown>> {
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
    names: certificate.subjectAltName === null ? 'none' : digest(certificate.subjectAltName),
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
const root = newKeys();
const rootName = plainName('root');
const rootDer = plainCertificate({
  subject: rootName,
  issuer: rootName,
  keys: root,
  issuerKey: root.key,
  isCA: true,
  notBefore: '230101000000Z',
});
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
  return Uint8Array.from(Buffer.concat([Buffer.of(roots.length, intermediates.length), ...parts]));
}

interface Verdict {
  readonly chains: number;
  readonly length: number;
  readonly lowS: string;
}

/** Our answer in the form of the program's. */
function judge({ roots, intermediates, certificate }: Chain): Verdict {
  const subject = parseDerCertificate(certificate);
  const authorities = {
    roots: roots.map(parseDerCertificate),
    intermediates: intermediates.map(parseDerCertificate),
    ecdsa: hostEcdsa,
  };
  const chain = attempt(() => uniqueChain(subject, authorities));
  if (typeof chain === 'string') return { chains: 0, length: 0, lowS: '' };
  const issuer = chain[1] ?? subject;
  const rewritten = isSignedBy(subject, issuer, hostEcdsa) ? attempt(() => withLowS(subject, issuer)) : '';
  return {
    chains: 1,
    length: chain.length,
    lowS: typeof rewritten === 'string' ? '' : digest(rewritten.der),
  };
}

/** Compares how certificates are read; ours of those that both accept and chains may hold, by their place. */
async function compareReading(ders: readonly Uint8Array[]): Promise<Map<number, Certificate>> {
  const answers = (await ask(ders.map((payload) => ({ kind: 'c', payload })))) as (GoCertificate | null)[];
  expect(answers).toHaveLength(ders.length);
  const accepted = new Map<number, Certificate>();
  ders.forEach((der, i) => {
    const found = attempt(() => parseDerCertificate(der));
    const wanted = wantedOf(answers[i] ?? null);
    if (typeof found === 'string') {
      if (wanted !== 'refused' && wanted !== found)
        expect({ der: toHex(der), found }).toEqual({ found: wanted });
      return;
    }
    if (wanted === 'refused' && isRestricted(found)) return;
    const description = readingOf(found);
    if (JSON.stringify(description) !== JSON.stringify(wanted))
      expect({ der: toHex(der), found: description }).toEqual({ found: wanted });
    if (!isRestricted(found)) accepted.set(i, found);
  });
  return accepted;
}

function batches(total: number): number[] {
  return Array.from({ length: Math.ceil(total / BATCH) }, (_, i) => Math.min(BATCH, total - i * BATCH));
}

describeWithGo('certificates', () => {
  it('of known odd forms are taken and refused by Go as the unit tests say', async () => {
    const answers = await ask(ODD_CERTIFICATES.map(([, payload]) => ({ kind: 'c', payload })));
    const taken = ODD_CERTIFICATES.map(([what], i) => [what, answers[i] !== null]);
    expect(taken).toEqual(ODD_CERTIFICATES.map(([what, , isTaken]) => [what, isTaken]));
  });

  it('with one odd part are read as Go reads them', async () => {
    const chance = new Chance(seedOf('odd certificates as Go reads them'));
    for (const size of batches(amount(2_000, 200_000))) {
      const ders = Array.from({ length: size }, () =>
        generateOneOdd(chance, { issuer: rootName, keyInfo: root.keyInfo, isCA: chance.once(2) }),
      );
      const accepted = await compareReading(ders);
      expect(accepted.size).toBeGreaterThan(size / 5);
      expect(accepted.size).toBeLessThan((4 * size) / 5);
    }
  }, 3_600_000);

  it('are read, chained and rewritten as Go and Fabric do', async () => {
    const chance = new Chance(seedOf('certificates as Go reads them'));
    for (const size of batches(amount(1_000, 100_000))) {
      const made = Array.from({ length: size }, () => {
        const keys = chance.of([...subjects] as [Keys]);
        const isCA = chance.once(2);
        const wanted = { issuer: rootName, issuerKey: root.key, keyInfo: keys.keyInfo, isCA };
        return { der: generateCertificate(chance, wanted), keys, isCA };
      });
      const accepted = await compareReading(made.map(({ der }) => der));
      const chains = [...accepted].map(([i, certificate]) => chainOf(chance, made[i] ?? null, certificate));
      const verdicts = await ask(chains.map((chain) => ({ kind: 'v', payload: payloadOf(chain) })));
      let held = 0;
      chains.forEach((chain, i) => {
        const found = judge(chain);
        held += found.chains;
        if (JSON.stringify(found) !== JSON.stringify(verdicts[i]))
          expect({ chain: toHex(payloadOf(chain)), found }).toEqual({ found: verdicts[i] });
      });
      expect(held).toBeGreaterThan(size / 20);
      expect(held).toBeLessThan(chains.length);
    }
  }, 3_600_000);
});

/** A generated certificate in its place: at the end of a chain, as the root or as an intermediate authority. */
function chainOf(
  chance: Chance,
  made: { der: Uint8Array; keys: Keys; isCA: boolean } | null,
  certificate: Certificate,
): Chain {
  if (made === null) throw new Error('no certificate was made for this answer');
  const { der, keys, isCA } = made;
  if (!isCA) return { roots: [rootDer], intermediates: [], certificate: der };
  const below = plainCertificate({
    subject: plainName('leaf'),
    issuer: certificate.subject.raw,
    keys: leafKeys,
    issuerKey: keys.key,
    isCA: false,
    notBefore: '440601000000Z'.replace('44', chance.of(['24', '24', '25', '44'])),
  });
  if (chance.once(2)) return { roots: [rootDer], intermediates: [der], certificate: below };
  return { roots: [der], intermediates: [], certificate: chance.once(4) ? der : below };
}

interface GoList {
  readonly revoked: readonly string[];
  readonly authorityKeyId: string;
  readonly tbs: string;
  readonly signed: boolean;
}

describeWithGo('revocation lists', () => {
  it('are read as Fabric reads them', async () => {
    const chance = new Chance(seedOf('revocation lists as Fabric reads them'));
    const issuer = parseDerCertificate(rootDer);
    for (const amountOf of batches(amount(500, 50_000))) {
      const lists = Array.from({ length: amountOf }, () => generateList(chance, root.key));
      const size = Buffer.alloc(4);
      size.writeUInt32BE(rootDer.length);
      const answers = (await ask(
        lists.map((list) => ({ kind: 'l', payload: Buffer.concat([size, rootDer, list]) })),
      )) as (GoList | null)[];
      const refused = answers.filter((answer) => answer === null).length;
      expect(refused).toBeLessThan((4 * amountOf) / 5);
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
          authorityKeyId: list.authorityKeyId === null ? 'none' : toHex(list.authorityKeyId),
          tbs: digest(list.tbs),
          // Asked of a list that is the issuer's and revokes something, whatever it says itself.
          signed: revokes(
            { ...list, revoked: new Set([serial]), authorityKeyId: issuer.subjectKeyId },
            issuer,
            { ...issuer, serial },
            hostEcdsa,
          ),
        };
        if (JSON.stringify(found) !== JSON.stringify(wanted))
          expect({ bytes: toHex(bytes), found }).toEqual({ found: wanted });
      });
    }
  }, 3_600_000);
});
