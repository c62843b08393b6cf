import { readEpcisFile } from '@cotrace/gateway-app';
import type { HostileShape } from './growth.js';
import { repeated, shapesOf } from './texts.js';

const CONTEXT = '"@context":["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"]';
const FIELDS =
  '"type":"ObjectEvent","eventTime":"2026-04-17T09:26:42Z","eventTimeZoneOffset":"+00:00","action":"OBSERVE"';
const EVENT = `{${FIELDS},"epcList":["https://id.gs1.org/00/340123451111111111"]}`;

/** A document with members of its own and its list of events. */
const document = (more: string, events: string) =>
  `{${CONTEXT},"type":"EPCISDocument","schemaVersion":"2.0","creationDate":"2026-04-17T09:26:42Z",${more}"epcisBody":{"eventList":[${events}]}}`;
const event = (more: string) => document('', `{${FIELDS},"epcList":["urn:a:b"],${more}}`);
const events = (count: number, text = EVENT) =>
  Array.from({ length: Math.max(1, count) }, () => text).join(',');

const numbered = (size: number, each: (i: number) => string) =>
  Array.from({ length: Math.ceil(size / each(100_000).length) }, (_, i) => each(i)).join(',');

const shapes: Readonly<Record<string, (size: number) => string>> = {
  'open brackets': (size) => repeated('[', size),
  'many events': (size) => document('', events(size / EVENT.length)),
  'many events that are wrong': (size) => document('', events(size / 2, '{}')),
  'many members before many events': (size) =>
    document(`${numbered(size / 2, (i) => `"x:m${i}":1`)},`, events(size / 2 / EVENT.length)),
  'a large context with many events': (size) =>
    document('', events(size / 2 / EVENT.length)).replace(
      CONTEXT,
      `"@context":[{${numbered(size / 2, (i) => `"p${i}":"urn:${i}:"`)}}]`,
    ),
  'a context of long chains with many events': (size) =>
    document('', events(size / 2 / EVENT.length)).replace(
      CONTEXT,
      `"@context":[{${numbered(size / 2, (i) => `"p${i}":"p${i - 1 - (i % 8 === 0 ? 1_000_000 : 0)}:x"`)}}]`,
    ),
  'a context of one circle': (size) =>
    event(`"@context":{${numbered(size, (i) => `"p${i}":"p${i + 1}:x"`)},"p":"p0:x"}`),
  'contexts 20 levels deep': (size) =>
    event(
      `"x:a":${'{"@context":{"p":"urn:p:"},"x:a":'.repeat(20)}[${repeated('"p:d",', size)}1]${'}'.repeat(20)}`,
    ),
  'a long prefix used often': (size) =>
    event(`"@context":{"p":"urn:${'x'.repeat(500)}"},"x:a":[${repeated('"p:d",', size)}1]`),
  'many contexts in an event': (size) => event(`"@context":[${numbered(size, (i) => `"urn:c:${i}"`)}]`),
  'comments below a long name': (size) =>
    document(`"x:${'n'.repeat(size / 2)}":{${numbered(size / 2, (i) => `"_${i}":1`)}},`, EVENT),
  'lone surrogates below a long name': (size) =>
    event(`"x:${'n'.repeat(size / 2)}":[${repeated('"\\ud800",', size / 2)}1]`),
  'a number of zeros': (size) => event(`"x:a":"0.${'0'.repeat(size)}1"`),
  'a time with a long fraction': (size) => document('', EVENT.replace('42Z', `42.${'0'.repeat(size)}1Z`)),
  'a Digital Link of keys alone': (size) => event(`"x:a":"https://x1${repeated('/01', size)}"`),
  'an identifier that is no URI': (size) =>
    document('', EVENT.replace('https://', `${repeated('a/', size)} `)),
  'a URI of at signs': (size) => event(`"parentID":"urn://${repeated('@', size)}"`),
  'a long list of equal extensions': (size) => event(`"x:a":[${repeated('"b",', size)}"b"]`),
  'extensions with a long common beginning': (size) =>
    event(`"x:a":[${numbered(size, (i) => `"${'c'.repeat(1000)}${i}"`)}]`),
  'extensions 50 levels deep': (size) =>
    event(`"x:a":${'{"x:a":'.repeat(50)}"${'d'.repeat(size)}"${'}'.repeat(50)}`),
  'a CURIE of colons': (size) => event(`"x:a":"${repeated('a:', size)}"`),
  'many identifiers': (size) =>
    document('', EVENT.replace('"epcList":[', `"epcList":[${repeated('"urn:a:b",', size)}`)),
  'white space for a vocabulary': (size) => event(`"x:a":"${' '.repeat(size)}"`),
};

export const epcisShapes: readonly HostileShape[] = shapesOf('EPCIS', shapes, (text) => {
  readEpcisFile(text, 'hostile');
});
