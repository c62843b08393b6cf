import { natureOf } from './constrain.js';
import { encodeValue } from './escapes.js';
import { faultOfQualifier, findKey, findQualifier } from './gs1-keys.js';
import { readUri } from './read-gs1.js';

/** The class of a TraceID of a GTIN (01) or an ITIP (8006): the link without its qualifiers. */
const PRODUCT = /^https:\/\/id\.gs1\.org\/(?:01|8006)\/\d+(?=\/|$)/;

/** Whether a text is a lot number of GS1 (AI 10): 1 to 20 characters of those that GS1 data has. */
export function isLotNumber(text: string): boolean {
  const key = findKey('01');
  const qualifier = key === null ? null : findQualifier(key, '10');
  return qualifier !== null && faultOfQualifier(qualifier, text) === null;
}

/**
 * The TraceID of the lot with a number of the product that `traceId`, a canonical one, is an instance or the class of; null
 * where it is neither, or the text is not a lot number.
 */
export function lotOfProduct(traceId: string, lotNumber: string): string | null {
  const [product] = PRODUCT.exec(traceId) ?? [];
  if (product === undefined || !isLotNumber(lotNumber) || isLot(traceId)) return null;
  return `${product}/10/${encodeValue(lotNumber)}`;
}

/** Whether `lot` is a lot of the product that `traceId` is an instance or the class of; both are canonical TraceIDs. */
export function isLotOf(lot: string, traceId: string): boolean {
  const [product] = PRODUCT.exec(traceId) ?? [];
  return product !== undefined && lot.startsWith(`${product}/10/`) && isLot(lot) && !isLot(traceId);
}

function isLot(traceId: string): boolean {
  const reading = readUri(traceId);
  return reading.kind === 'identifier' && natureOf(reading.identifier) === 'lot';
}
