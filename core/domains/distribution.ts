import type { DefaultDomain } from './domain.js';

/** Where products move and wait: transport, storage, trade between businesses. It takes what no other domain does. */
export const distribution: DefaultDomain = {
  name: 'distribution',
  stage: 3,
  steps: ['assembling', 'disassembling', 'installing', 'removing', 'repackaging', 'replacing'],
  rules: {
    steps: {
      steps: [
        'accepting',
        'arriving',
        'collecting',
        'consigning',
        'cycle_counting',
        'departing',
        'entering_exiting',
        'holding',
        'loading',
        'picking',
        'receiving',
        'reserving',
        'sensor_reporting',
        'shipping',
        'staging_outbound',
        'stock_taking',
        'storing',
        'transporting',
        'unloading',
        'unpacking',
        'void_shipping',
      ],
    },
    rest: {},
  },
};
