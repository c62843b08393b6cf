import type { DomainDefinition } from '../trace/definition.js';
import { defaultLimits } from './default-limits.js';
import { epcisData } from './epcis-data.js';
import { handlingSteps } from './steps.js';

/** Where products reach their users: shops, pharmacies, restaurants, and what happens to them there. */
export const retail: DomainDefinition = {
  name: 'retail',
  steps: {
    words: [
      ...handlingSteps,
      'dispensing',
      'installing',
      'removing',
      'repackaging',
      'repairing',
      'replacing',
      'retail_selling',
      'stocking',
    ],
    uris: true,
    none: true,
  },
  dataSchema: epcisData,
  limits: defaultLimits,
};
