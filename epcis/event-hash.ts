import { compareBytes, type JsonValue, sha256, toHex, utf8 } from '@cotrace/core';
import { toUtc } from './date-time.js';
import { hashValue, hashWord } from './hash-value.js';
import { isArray, isObject, itemsOf, member, type JsonObject } from './json.js';
import { within, type JsonLdPrefixes } from './json-ld-prefixes.js';

/** Writes the value of a field; nothing where the field says nothing. */
type Writer = (name: string, value: JsonValue, prefixes: JsonLdPrefixes) => string;

type Fields = readonly (readonly [string, Writer])[];

const CBV = 'https://ref.gs1.org/cbv/';
const WEB_VOCABULARY = 'https://gs1.org/voc/';

const plain: Writer = (name, value, prefixes) => assign(name, hashValue(value, prefixes));
const time: Writer = (name, value) => assign(name, typeof value === 'string' ? (toUtc(value) ?? value) : '');

function word(vocabulary: string): Writer {
  return (name, value, prefixes) => assign(name, hashWord(value, vocabulary, prefixes));
}

function assign(name: string, text: string): string {
  return text === '' ? '' : `${name}=${text}`;
}

function prefixed(name: string, text: string): string {
  return text === '' ? '' : name + text;
}

/** Texts in the order of their UTF-8 bytes, joined. */
function joinSorted(texts: readonly string[]): string {
  return texts
    .map((text) => ({ text, bytes: utf8(text) }))
    .sort((a, b) => compareBytes(a.bytes, b.bytes))
    .map(({ text }) => text)
    .join('');
}

/** A list, named once, its sorted entries written by `writer` under the name `item`. */
function list(item: string, writer: Writer): Writer {
  return (name, value, prefixes) =>
    prefixed(name, joinSorted(itemsOf(value).map((entry) => writer(item, entry, prefixes))));
}

/** One value, or several of them sorted, each under the field's name. */
function oneOrMore(writer: Writer): Writer {
  return (name, value, prefixes) => {
    return joinSorted((isArray(value) ? value : [value]).map((entry) => writer(name, entry, prefixes)));
  };
}

/** An object: what `contents` writes, by the prefixes of its own context too; `name` may be empty. */
function object(fields: Fields): Writer {
  const write = contents(fields);
  return (name, value, prefixes) =>
    isObject(value) ? prefixed(name, write(value, within(value, prefixes))) : '';
}

/** The fields of an object in their order, then its extensions. */
function contents(fields: Fields): (value: JsonObject, prefixes: JsonLdPrefixes) => string {
  const known = new Set(fields.map(([name]) => name));
  return (value, prefixes) => {
    const others = Object.entries(value).filter(([field]) => !known.has(field));
    return writeFields(value, fields, prefixes) + writeExtensions(others, prefixes);
  };
}

function writeFields(value: JsonObject, fields: Fields, prefixes: JsonLdPrefixes): string {
  return fields
    .map(([name, writer]) => {
      const inner = member(value, name);
      return inner === undefined ? '' : writer(name, inner, prefixes);
    })
    .join('');
}

/** Members that say something about the data and are no part of it. */
const COMMENTS = new Set(['comment', 'http://www.w3.org/2000/01/rdf-schema#comment']);

function writeExtensions(
  members: readonly (readonly [string, JsonValue])[],
  prefixes: JsonLdPrefixes,
): string {
  const kept = members.filter(([name]) => !COMMENTS.has(prefixes.expand(name)) && name !== '@context');
  return joinSorted(kept.flatMap(([name, value]) => writeExtension(name, value, prefixes)));
}

function writeExtension(name: string, value: JsonValue, prefixes: JsonLdPrefixes): string[] {
  if (isArray(value)) return value.flatMap((entry) => writeExtension(name, entry, prefixes));
  const compact = prefixes.split(name);
  const key = compact === null ? name : `{${compact.namespace}}${compact.local}`;
  if (isObject(value)) return [key + writeExtensions(Object.entries(value), within(value, prefixes))];
  return value === null ? [] : [assign(key, hashValue(value, prefixes)) || key];
}

const epcs = list('epc', plain);
const quantities = list(
  'quantityElement',
  object([
    ['epcClass', plain],
    ['quantity', plain],
    ['uom', plain],
  ]),
);
const place = object([['id', plain]]);

function typed(field: string, vocabulary: string): Writer {
  const entry = object([
    ['type', word(vocabulary)],
    [field, plain],
  ]);
  return list('', entry);
}

const device: Fields = [
  ['deviceID', plain],
  ['deviceMetadata', plain],
  ['rawData', plain],
  ['dataProcessingMethod', plain],
];

const sensorElement = object([
  [
    'sensorMetadata',
    object([['time', time], ['startTime', time], ['endTime', time], ...device, ['bizRules', plain]]),
  ],
  [
    'sensorReport',
    oneOrMore(
      object([
        ['type', word(WEB_VOCABULARY)],
        ['exception', word(WEB_VOCABULARY)],
        ...device,
        ['bizRules', plain],
        ['time', time],
        ['microorganism', plain],
        ['chemicalSubstance', plain],
        ['value', plain],
        ['component', word(`${CBV}Comp-`)],
        ['stringValue', plain],
        ['booleanValue', plain],
        ['hexBinaryValue', plain],
        ['uriValue', plain],
        ['minValue', plain],
        ['maxValue', plain],
        ['meanValue', plain],
        ['sDev', plain],
        ['percRank', plain],
        ['percValue', plain],
        ['uom', plain],
        ['coordinateReferenceSystem', plain],
      ]),
    ),
  ],
]);

const dispositions = oneOrMore(word(`${CBV}Disp-`));

/** The canonical order of an event's fields (CBV 2.0, section 8.9.3). */
const EVENT: Fields = [
  ['eventTime', time],
  ['eventTimeZoneOffset', plain],
  ['certificationInfo', oneOrMore(plain)],
  ['epcList', epcs],
  ['parentID', plain],
  ['inputEPCList', epcs],
  ['childEPCs', epcs],
  ['quantityList', quantities],
  ['childQuantityList', quantities],
  ['inputQuantityList', quantities],
  ['outputEPCList', epcs],
  ['outputQuantityList', quantities],
  ['action', plain],
  ['transformationID', plain],
  ['bizStep', word(`${CBV}BizStep-`)],
  ['disposition', word(`${CBV}Disp-`)],
  [
    'persistentDisposition',
    object([
      ['set', dispositions],
      ['unset', dispositions],
    ]),
  ],
  ['readPoint', place],
  ['bizLocation', place],
  ['bizTransactionList', typed('bizTransaction', `${CBV}BTT-`)],
  ['sourceList', typed('source', `${CBV}SDT-`)],
  ['destinationList', typed('destination', `${CBV}SDT-`)],
  ['sensorElementList', list('sensorElement', sensorElement)],
  ['ilmd', object([])],
];

/** Fields that identify or correct an event, or say when it was recorded: no part of what happened. */
const LEFT_OUT = ['type', 'recordTime', 'eventID', 'errorDeclaration'];

const writeEvent = contents([...EVENT, ...LEFT_OUT.map((name): Fields[number] => [name, () => ''])]);

/**
 * The pre-hash string of a valid event (CBV 2.0, section 8.9.2): what it says, the same for all ways to say it.
 * `event` has no comments and no fields that its sender wants ignored; `prefixes` are those of its own context, too.
 */
export function preHash(event: JsonObject, prefixes: JsonLdPrefixes): string {
  return (
    assign('eventType', hashValue(member(event, 'type') ?? null, prefixes)) + writeEvent(event, prefixes)
  );
}

/** The event hash of CBV 2.0: `ni:///sha-256;<hex>?ver=CBV2.0`. Takes what `preHash` takes. */
export function eventHash(event: JsonObject, prefixes: JsonLdPrefixes): string {
  return `ni:///sha-256;${toHex(sha256(utf8(preHash(event, prefixes))))}?ver=CBV2.0`;
}
