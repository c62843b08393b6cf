import type { DefaultDomain } from './domain.js';

/** Where products come into being: growing, harvesting, catching, mining, making. */
export const production: DefaultDomain = {
  name: 'production',
  stage: 1,
  steps: ['creating_class_instance', 'killing'],
  rules: {
    steps: { steps: ['commissioning', 'creating_class_instance', 'encoding', 'killing'] },
    goods: { eventTypes: ['ObjectEvent'], actions: ['ADD'] },
  },
};
