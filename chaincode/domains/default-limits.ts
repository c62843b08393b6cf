import { MAX_IDENTIFIERS } from '@cotrace/core';
import type { DomainDefinition } from '../trace/definition.js';

/** Bounds of the default domains. 1,000 identifiers of 128 bytes, named in `traces` and again in `data`, fit. */
export const defaultLimits: DomainDefinition['limits'] = {
  identifiers: MAX_IDENTIFIERS,
  recordBytes: 512 * 1024,
};
