import { URI } from '@cotrace/core';
import type { StepRule } from './definition.js';
import { Refusal } from '../refusal.js';

// A CBV step written as a URI would be a second name of a word, past the list of words.
const VOCABULARY = /^(?:urn:epcglobal:cbv:|https?:\/\/(?:ns|ref)\.gs1\.org\/cbv\/)/i;

/** Checks a record's step against its domain's rule. Throws `UNKNOWN_STEP`. */
export function checkStep(step: string | null, rule: StepRule, domain: string): void {
  if (step === null ? rule.none : rule.words.includes(step)) return;
  if (step !== null && rule.uris && URI.test(step) && !VOCABULARY.test(step)) return;
  const what = step === null ? 'no step' : `step ${step}`;
  throw new Refusal('UNKNOWN_STEP', `domain ${domain} does not accept records with ${what}`, {
    field: 'record.step',
    step,
    domain,
  });
}
