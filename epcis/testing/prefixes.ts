import type { JsonValue } from '@cotrace/core';
import { Faults } from '../fault.js';
import { JsonLdPrefixes } from '../json-ld-prefixes.js';

/** The prefixes of one context. Throws for what it may not define. */
export function prefixesOf(context: JsonValue | undefined): JsonLdPrefixes {
  const faults = new Faults();
  const prefixes = new JsonLdPrefixes(context, null, null, faults);
  if (faults.count > 0) throw new Error(faults.list[0]?.message);
  return prefixes;
}
