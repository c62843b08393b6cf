import type { DefaultDomain } from './domain.js';

/** Where products reach their users: shops, pharmacies, restaurants, and what happens to them there. */
export const retail: DefaultDomain = {
  name: 'retail',
  stage: 4,
  steps: [
    'dispensing',
    'installing',
    'removing',
    'repackaging',
    'repairing',
    'replacing',
    'retail_selling',
    'stocking',
  ],
  rules: { ownSteps: { steps: ['dispensing', 'retail_selling', 'stocking'] } },
};
