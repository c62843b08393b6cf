import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import type { DomainDefinition } from '@cotrace/chaincode';
import { parseRules, ruleFor } from '@cotrace/epcis';

const example = (name: string) =>
  readFileSync(fileURLToPath(new URL(`../../docs/examples/${name}`, import.meta.url)), 'utf8');

describe('the example of a domain of one’s own', () => {
  it('is reached by its rules, which leave the rest where it belongs', () => {
    const domains = ['production', 'processing', 'distribution', 'retail', 'veterinary'];
    const rules = parseRules(example('capture-rules.yaml'), 'capture-rules.yaml', domains);
    const { steps } = JSON.parse(example('veterinary.json')) as DomainDefinition;
    const reached = (step: string) =>
      ruleFor({ eventType: 'ObjectEvent', step, action: 'OBSERVE' }, rules)?.domain;
    expect(steps.words.map(reached)).toEqual(steps.words.map(() => 'veterinary'));
    expect(reached('shipping')).toBe('distribution');
    expect(reached('commissioning')).toBe('production');
  });
});
