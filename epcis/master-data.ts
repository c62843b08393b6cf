import type { JsonValue } from '@cotrace/core';
import { isObject, itemsOf, member, type JsonObject } from './json.js';

/** Where documents and answers to queries have lists of vocabularies: names and addresses of places, products and parties. */
const WAYS = [
  ['epcisHeader', 'epcisMasterData', 'vocabularyList'],
  ['epcisBody', 'queryResults', 'resultsBody', 'vocabularyList'],
];

/** What is said of the master data in a document; null where it has none. */
export function masterDataIn(document: JsonObject): string | null {
  const vocabularies = WAYS.flatMap((way) => itemsOf(way.reduce<JsonValue | undefined>(inside, document)));
  const elements = vocabularies.flatMap((one) => itemsOf(inside(one, 'vocabularyElementList'))).length;
  if (elements === 0) return null;
  const what = elements === 1 ? '1 entry of master data' : `${elements} entries of master data`;
  return `has ${what} (names, addresses and the like), which this release does not store; events are captured without them`;
}

function inside(value: JsonValue | undefined, name: string): JsonValue | undefined {
  return isObject(value) ? member(value, name) : undefined;
}
