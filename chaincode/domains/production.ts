import type { DomainDefinition } from '../trace/definition.js';
import { defaultLimits } from './default-limits.js';
import { epcisData } from './epcis-data.js';
import { handlingSteps } from './steps.js';

/** Where products come into being: growing, harvesting, catching, mining, making. */
export const production: DomainDefinition = {
  name: 'production',
  steps: {
    words: [...handlingSteps, 'creating_class_instance', 'killing'],
    uris: true,
    none: true,
  },
  dataSchema: epcisData,
  limits: defaultLimits,
};
