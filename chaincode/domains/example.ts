import { RECORDS, type DomainDefinition } from '../trace/definition.js';
import { defaultLimits } from './default-limits.js';
import { epcisData } from './epcis-data.js';

/** A definition to start from: a domain of EPCIS events with two business steps. */
export const exampleDefinition: DomainDefinition = {
  name: 'inspection',
  records: RECORDS,
  called: 'directly',
  steps: { words: ['inspecting', 'holding'], uris: false, none: false },
  dataSchema: epcisData,
  limits: defaultLimits,
};
