import { describe, expect, it } from '@jest/globals';
import { MalformedError, concat, equalBytes, utf8 } from '@cotrace/core';
import { parseCertificate, parseDerCertificate } from './certificate.js';
import { TAG, derElement } from './der.js';
import { encodePem } from './pem.js';
import { certificate, extension, integer, oid, sequence, text } from './testing/certificate-parts.js';
import { ODD_CERTIFICATES } from './testing/odd-certificates.js';

const extensions = (...list: Uint8Array[]): Uint8Array => certificate({ extensions: concat(...list) });
const bytes = (...content: number[]): Uint8Array => Uint8Array.from(content);

describe('A certificate', () => {
  it.each(ODD_CERTIFICATES)('with %s is taken or refused as by Go', (_, der, isTaken) => {
    const parse = (): unknown => parseDerCertificate(der);
    if (isTaken) expect(parse).not.toThrow();
    else expect(parse).toThrow(MalformedError);
  });

  it('is read from DER and from PEM, but not from PEM within PEM', () => {
    const der = certificate({});
    const pem = encodePem('CERTIFICATE', der);
    expect(equalBytes(parseCertificate(pem).der, der)).toBe(true);
    expect(equalBytes(parseCertificate(der).der, der)).toBe(true);
    expect(() => parseDerCertificate(utf8(pem))).toThrow(MalformedError);
  });

  it('has its texts in the characters of their types', () => {
    const unit = (tag: number, ...content: number[]): Uint8Array =>
      derElement(TAG.set, sequence(oid(0x55, 4, 11), derElement(tag, bytes(...content))));
    const subject = sequence(
      unit(TAG.t61String, 0x80, 0xe9),
      unit(TAG.bmpString, 0x20, 0xac, 0, 0),
      unit(TAG.utf8String, 0xef, 0xbb, 0xbf, 0x61),
    );
    const { organizationalUnits } = parseDerCertificate(certificate({ subject })).subject;
    expect(organizationalUnits).toEqual(['\u0080é', '€', '\ufeffa']);
  });

  it('has times with offsets, and years of two digits from 1950 on', () => {
    const validity = sequence(
      text(TAG.utcTime, '5001010000+0130'),
      text(TAG.generalizedTime, '00010101000000-2400'),
    );
    const { notBefore, notAfter } = parseDerCertificate(certificate({ validity }));
    expect(notBefore.toISOString()).toBe('1949-12-31T22:30:00.000Z');
    expect(notAfter.toISOString()).toBe('0001-01-02T00:00:00.000Z');
  });

  it('has its key usages by bit, nine of them', () => {
    const usages = (...content: number[]): number =>
      parseDerCertificate(extensions(extension(15, derElement(TAG.bitString, bytes(...content))))).keyUsage;
    expect([usages(0), usages(2, 4), usages(7, 0x80), usages(0, 0xff, 0xff)]).toEqual([0, 32, 1, 511]);
  });

  it('has a subject key identifier that may be empty, and an authority’s only where it comes first', () => {
    const subjectKeyId = derElement(TAG.octetString, bytes());
    const authority = (...parts: Uint8Array[]): Uint8Array =>
      parseDerCertificate(extensions(extension(35, sequence(...parts)))).authorityKeyId;
    expect(parseDerCertificate(extensions(extension(14, subjectKeyId))).subjectKeyId).toEqual(bytes());
    expect(parseDerCertificate(extensions()).subjectKeyId).toBeNull();
    expect(authority(derElement(0x80, bytes(7)))).toEqual(bytes(7));
    expect(authority(integer(1), derElement(0x80, bytes(7)))).toEqual(bytes());
  });

  it('stands in no chain with critical extensions that say nothing known', () => {
    const flag = derElement(TAG.boolean, bytes(0xff));
    const critical = (last: number, value: Uint8Array): Uint8Array =>
      sequence(oid(0x55, 29, last), flag, derElement(TAG.octetString, value));
    const unhandled = (list: Uint8Array): readonly string[] =>
      parseDerCertificate(extensions(list)).unhandled;
    expect(unhandled(critical(17, sequence(text(0x82, 'a'))))).toEqual([]);
    expect(unhandled(critical(17, sequence(text(0x88, 'a'))))).toEqual(['2.5.29.17']);
    expect(unhandled(critical(99, sequence()))).toEqual(['2.5.29.99']);
    expect(unhandled(extension(99, sequence()))).toEqual([]);
    expect(unhandled(extension(30, sequence()))).toEqual(['2.5.29.30']);
  });
});
