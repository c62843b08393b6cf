import { fromUtf8, isArray, isObject, parseStrictJson } from '@cotrace/core';

/** Digests of domains, hexadecimal, in the answer to the query `parts`. */
export function partsIn(answer: Uint8Array): Map<string, string> {
  const parts = parseStrictJson(fromUtf8(answer), MAX_PARTS_BYTES);
  const pairs = (isArray(parts) ? parts : []).flatMap((part) => {
    const { domain, hpart } = isObject(part) ? part : {};
    return typeof domain === 'string' && typeof hpart === 'string' ? [[domain, hpart] as const] : [];
  });
  return new Map(pairs);
}

/** An answer about the most parts that a cycle can have. */
const MAX_PARTS_BYTES = 16 * 1024 * 1024;
