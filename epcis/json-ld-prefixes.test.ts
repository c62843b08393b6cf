import type { JsonValue } from '@cotrace/core';
import { describe, expect, it } from '@jest/globals';
import { Faults, formatPath } from './fault.js';
import { checkContexts, JsonLdPrefixes } from './json-ld-prefixes.js';
import { prefixesOf } from './testing/prefixes.js';

/** What is wrong with a context, with its place. */
function faultsOf(context: JsonValue): string[] {
  const faults = new Faults();
  new JsonLdPrefixes(context, null, { parent: null, key: '@context' }, faults);
  return faults.list.map(({ path, message }) => `${formatPath(path)} ${message}`);
}

/** `p0` to `pN`, each defined by the one before. */
function chainOf(length: number): Record<string, string> {
  return Object.fromEntries(
    Array.from({ length: length + 1 }, (_, i) => [`p${i}`, i === 0 ? 'https://a.example/' : `p${i - 1}:x`]),
  );
}

describe('prefixes of compact URIs', () => {
  it('are those of the standard, of contexts in order, and of what is around', () => {
    expect(prefixesOf([]).expand('cbv:BizStep-packing')).toBe('https://ref.gs1.org/cbv/BizStep-packing');
    const document = prefixesOf([
      { a: 'https://1.example/', b: 'urn:b:' },
      'https://c.example/',
      { a: 'urn:a:' },
    ]);
    expect([document.expand('a:x'), document.expand('b:x'), document.expand('c:x')]).toEqual([
      'urn:a:x',
      'urn:b:x',
      'c:x',
    ]);
    const event = new JsonLdPrefixes(
      { a: { '@id': 'https://2.example/' }, b: null },
      document,
      null,
      new Faults(),
    );
    expect([event.expand('a:x'), event.expand('b:x')]).toEqual(['https://2.example/x', 'b:x']);
    expect(event.expand('a://x')).toBe('a://x');
  });

  it('may begin with one another, in any order, as they are where they are defined', () => {
    const prefixes = prefixesOf([
      { c: 'b:c/', b: 'a:b/', a: 'https://1.example/' },
      { a: 'https://2.example/' },
    ]);
    expect(prefixes.expand('c:x')).toBe('https://1.example/b/c/x');
    expect(prefixes.expand('a:x')).toBe('https://2.example/x');
  });

  it('go through eight others at most, in one context or in several', () => {
    expect(prefixesOf(chainOf(8)).expand('p8:y')).toBe('https://a.example/xxxxxxxxy');
    expect(faultsOf(chainOf(9)).join()).toContain('more than 8 other definitions');
    const apart = Object.entries(chainOf(9)).map(([term, definition]) => ({ [term]: definition }));
    expect(prefixesOf(apart.slice(0, 9)).expand('p8:y')).toBe('https://a.example/xxxxxxxxy');
    expect(faultsOf(apart)).toEqual(['@context[9].p9 goes through more than 8 other definitions']);
  });

  it.each([[{ a: 'a:x' }], [{ a: 'b:x', b: 'a:x' }], [{ a: 'b:x', b: 'c:x', c: 'a:x' }]])(
    'are not defined in a circle: %j',
    (context) => {
      expect(faultsOf(context)).toHaveLength(Object.keys(context).length);
      expect(faultsOf(context)[0]).toBe('@context.a is defined in a circle');
    },
  );

  it.each(['urn', 'URN', 'http', 'https', 'ni', 'did', 'tag'])('are not the scheme %s', (scheme) => {
    expect(faultsOf({ [scheme]: 'https://evil.example/' })).toEqual([
      `@context.${scheme} is a scheme of URIs and cannot be a prefix`,
    ]);
  });

  it.each(['cbv', 'cbvmda', 'epcis', 'gs1', 'rdfs'])('of the standard stay what they are: %s', (prefix) => {
    const standard = prefixesOf([]).expand(`${prefix}:`);
    expect(faultsOf({ [prefix]: standard })).toEqual([]);
    expect(faultsOf([{ [prefix]: { '@id': standard } }])).toEqual([]);
    for (const other of ['https://evil.example/', null, { '@type': 'x' }]) {
      expect(faultsOf([{}, { [prefix]: other }])).toEqual([
        `@context[1].${prefix} is ${standard} by the standard and nothing else`,
      ]);
    }
  });

  it('are of bounded length, through others too', () => {
    expect(faultsOf({ a: `urn:${'x'.repeat(508)}` })).toEqual([]);
    expect(faultsOf({ a: `urn:${'x'.repeat(509)}` })).toHaveLength(1);
    expect(faultsOf({ a: `urn:${'x'.repeat(300)}`, b: `a:${'y'.repeat(300)}` })).toEqual([
      '@context.b stands for more than 512 characters',
    ]);
  });

  it('may be undeclared; then they are schemes of somebody’s own', () => {
    const prefixes = prefixesOf({ a: 'urn:a:' });
    const texts = ['a:x', 'cbv:x', 'urn:x', 'HTTPS://x', 'did:x:y', 'lot 7', 'coap://x', 'b:x'];
    expect(texts.map((text) => prefixes.undeclared(text))).toEqual([
      null,
      null,
      null,
      null,
      null,
      null,
      null,
      'b',
    ]);
  });
});

describe('contexts of objects inside an event', () => {
  it('are checked wherever they are', () => {
    const faults = new Faults();
    const event = { 'a:b': [{ '@context': { urn: 'x:' }, 'c:d': { '@context': [{ gs1: 'x:' }] } }] };
    checkContexts(event, null, prefixesOf([]), faults);
    expect(faults.list.map(({ path }) => formatPath(path))).toEqual([
      '["a:b"][0].@context.urn',
      '["a:b"][0]["c:d"].@context[0].gs1',
    ]);
  });
});
