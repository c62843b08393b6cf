import { describe, expect, it } from '@jest/globals';
import { checkStep } from './step.js';
import { refused } from './testing/refused.js';

const open = { words: ['packing', 'urn:x:exact'], uris: true, none: true };
const closed = { ...open, uris: false, none: false };

describe('a business step', () => {
  it.each(['packing', 'urn:x:exact', 'https://example.org/steps/drying', 'example:drying', null])(
    'is taken as %j where URIs and no step are taken',
    (step) => expect(() => checkStep(step, open, 'mill')).not.toThrow(),
  );

  it.each([
    'shipping',
    'Packing',
    '',
    'urn:epcglobal:cbv:bizstep:packing',
    'https://ref.gs1.org/cbv/BizStep-packing',
  ])('is refused as %j even there', (step) => {
    expect(refused('UNKNOWN_STEP', () => checkStep(step, open, 'mill')).detail).toEqual({
      field: 'record.step',
      step,
      domain: 'mill',
    });
  });

  it.each(['https://example.org/steps/drying', null])(
    'is refused as %j where only words are taken',
    (step) => {
      refused('UNKNOWN_STEP', () => checkStep(step, closed, 'mill'));
      expect(() => checkStep('urn:x:exact', closed, 'mill')).not.toThrow();
    },
  );
});
