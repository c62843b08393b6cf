import type { DomainDefinition } from '../trace/definition.js';
import { defaultLimits } from './default-limits.js';
import { epcisData } from './epcis-data.js';
import { handlingSteps } from './steps.js';

/** Where products move and wait: transport, storage, trade between businesses. */
export const distribution: DomainDefinition = {
  name: 'distribution',
  steps: {
    words: [
      ...handlingSteps,
      'assembling',
      'disassembling',
      'installing',
      'removing',
      'repackaging',
      'replacing',
    ],
    uris: true,
    none: true,
  },
  dataSchema: epcisData,
  limits: defaultLimits,
};
