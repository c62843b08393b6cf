import { DEFAULT_DOMAINS, HANDLING_STEPS } from '@cotrace/core';
import { RECORDS, type DomainDefinition } from '../trace/definition.js';
import { defaultLimits } from './default-limits.js';
import { epcisData } from './epcis-data.js';

export { exampleDefinition } from './example.js';

/** Definitions of the default domains: words of the vocabulary and other people's URIs as steps, EPCIS events as data. */
export const defaultDomains: readonly DomainDefinition[] = DEFAULT_DOMAINS.map(({ name, steps }) => ({
  name,
  records: RECORDS,
  called: 'directly',
  steps: { words: [...HANDLING_STEPS, ...steps], uris: true, none: true },
  dataSchema: epcisData,
  limits: defaultLimits,
}));
