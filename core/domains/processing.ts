import type { DefaultDomain } from './domain.js';

/** Where products become other products: drying, milling, mixing, assembling, repacking, repairing. */
export const processing: DefaultDomain = {
  name: 'processing',
  stage: 2,
  steps: [
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
  rules: {
    eventType: { eventTypes: ['TransformationEvent'] },
    steps: {
      steps: [
        'assembling',
        'disassembling',
        'inspecting',
        'installing',
        'packing',
        'removing',
        'repackaging',
        'repairing',
        'replacing',
        'sampling',
      ],
    },
    goods: { eventTypes: ['AssociationEvent'] },
  },
};
