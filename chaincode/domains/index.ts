import { DEFAULT_DOMAINS, HANDLING_STEPS } from '@cotrace/core';
import type { DomainDefinition } from '../trace/definition.js';
import { defaultLimits } from './default-limits.js';
import { epcisData } from './epcis-data.js';

/** Definitions of the default domains: words of the vocabulary and other people's URIs as steps, EPCIS events as data. */
export const defaultDomains: readonly DomainDefinition[] = DEFAULT_DOMAINS.map(({ name, steps }) => ({
  name,
  steps: { words: [...HANDLING_STEPS, ...steps], uris: true, none: true },
  dataSchema: epcisData,
  limits: defaultLimits,
}));
