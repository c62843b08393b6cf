import type { DomainDefinition } from '../trace/definition.js';
import { defaultLimits } from './default-limits.js';
import { epcisData } from './epcis-data.js';
import { handlingSteps } from './steps.js';

/** Where products become other products: drying, milling, mixing, assembling, repacking, repairing. */
export const processing: DomainDefinition = {
  name: 'processing',
  steps: {
    words: [
      ...handlingSteps,
      'assembling',
      'creating_class_instance',
      'disassembling',
      'installing',
      'killing',
      'removing',
      'repackaging',
      'repairing',
      'replacing',
    ],
    uris: true,
    none: true,
  },
  dataSchema: epcisData,
  limits: defaultLimits,
};
