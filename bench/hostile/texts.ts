import { canonicalTraceId, hashTextOf, isCotraceError, parseStrictJson } from '@cotrace/core';
import type { HostileShape } from './growth.js';

/** Runs a reader that may refuse what it reads. */
export function refusing<T>(read: (input: T) => unknown): (input: T) => void {
  return (input) => {
    try {
      read(input);
    } catch (error) {
      if (!isCotraceError(error)) throw error;
    }
  };
}

/** `part` as often as it fits into `size` characters. */
export function repeated(part: string, size: number): string {
  return part.repeat(Math.max(1, Math.floor(size / part.length)));
}

const json = refusing((text: string) => parseStrictJson(text, 8 * 1024 * 1024));

const jsonShapes: Readonly<Record<string, (size: number) => string>> = {
  'open brackets': (size) => repeated('[', size),
  'open objects': (size) => repeated('{"a":', size),
  'an open string of escapes': (size) => `"${repeated('\\\\', size)}`,
  'escaped quotes': (size) => `["${repeated('\\"', size)}"]`,
  'long runs of backslashes': (size) => `[${repeated(`"${'\\\\'.repeat(500)}",`, size)}1]`,
  'objects of many members': (size) => `[${repeated(`{${members(90_000)}},`, size)}1]`,
  'many members': (size) => `{${members(size)}}`,
  'many members, the last one twice': (size) => `{${members(size)},"m0":1}`,
  'a long number': (size) => repeated('1', size),
  'many numbers out of range': (size) => `[${repeated('1e999,', size)}1]`,
  'white space': (size) => repeated(' ', size),
  'lone surrogates': (size) => `[${repeated('"\\ud800",', size)}1]`,
  'many small objects': (size) => `[${repeated('{"a":1},', size)}1]`,
};

function members(size: number): string {
  return Array.from({ length: Math.ceil(size / 12) }, (_, i) => `"m${i}":1`).join(',');
}

/** A TraceID is read up to 2,048 characters: 64 to 2,048, several at a time. */
const ID_SIZES = [64, 128, 256, 512, 1024, 2048];

const traceId = refusing(canonicalTraceId);

const idShapes = {
  'a Digital Link of keys alone': (size) => cut('https://x1', '/01', size),
  'a Digital Link of slashes': (size) => cut('https://x1', '/', size),
  'a Digital Link with many attributes': (size) => cut('https://x1/01/09521141012345?', '&21=1', size),
  'a Digital Link of GS1 of keys alone': (size) => cut('https://id.gs1.org', '/01', size),
  'a Digital Link of percent signs': (size) => cut('https://id.gs1.org/01/', '%41', size),
  'an element string of keys': (size) => cut('', '(01)1', size),
  'an element string of brackets': (size) => cut('(01)', '(', size),
  'an EPC URN of dots': (size) => cut('urn:epc:id:sgtin:', '.', size),
  'a Digital Link of GS1 of dots': (size) => cut('https://id.gs1.org', '/../01', size),
  'an address of backslashes': (size) => cut('https:', '\\', size),
  'an address of escapes': (size) => cut('https:\\', '%69', size),
  'an EPC URN of colons': (size) => cut('urn:epc:', ':', size),
  'an EPC URN of stars': (size) => cut('urn:epc:idpat:sgtin:', '*.', size),
  'an EPC URN of an unknown scheme': (size) => cut('urn:epc:', 'sgtn', size),
  'letters of all planes': (size) => cut('a', '\u{20000}\u3042', size),
  'an EPC URN of digits': (size) => cut('urn:epc:id:giai:', '1', size),
  'combining marks': (size) => cut('a', '\u0301\u0323', size),
  'white space': (size) => cut('a', ' ', size),
} satisfies Readonly<Record<string, (size: number) => string>>;

function cut(head: string, part: string, size: number): string {
  return (head + part.repeat(size)).slice(0, size);
}

/** Where an EPCIS value is hashed, an identifier may be as long as the file. */
const gs1Shapes = {
  'a Digital Link of keys alone': idShapes['a Digital Link of keys alone'],
  'a Digital Link with many attributes': idShapes['a Digital Link with many attributes'],
  'an element string of keys': idShapes['an element string of keys'],
  'an EPC URN of dots': idShapes['an EPC URN of dots'],
  'an EPC URN of colons': idShapes['an EPC URN of colons'],
  'an EPC URN of stars': idShapes['an EPC URN of stars'],
  'an address of escapes': (size: number) => cut('https://x/', '%69', size),
  'white space': (size: number) => cut('', ' ', size),
};

export function shapesOf<T>(
  parser: string,
  makers: Readonly<Record<string, (size: number) => T>>,
  run: (input: T) => void,
  sizes?: readonly number[],
): HostileShape[] {
  return Object.entries(makers).map(([shape, make]) => ({
    parser,
    shape,
    make,
    run,
    ...(sizes === undefined ? {} : { sizes }),
  }));
}

export const textShapes: readonly HostileShape[] = [
  ...shapesOf('JSON', jsonShapes, json),
  ...shapesOf('TraceID', idShapes, traceId, ID_SIZES),
  ...shapesOf('GS1 identifier', gs1Shapes, hashTextOf),
];
