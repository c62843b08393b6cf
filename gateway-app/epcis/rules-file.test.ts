import { describe, expect, it } from '@jest/globals';
import { DEFAULT_DOMAIN_RULES, domainOf } from './domain-rules.js';
import { defaultRulesText, parseRules } from './rules-file.js';

const DOMAINS = ['production', 'processing', 'distribution', 'retail'];

describe('the table of domains in a file', () => {
  it('reads its own default as the default rules', () => {
    expect(parseRules(defaultRulesText(DOMAINS), 'rules', DOMAINS)).toEqual(DEFAULT_DOMAIN_RULES);
  });

  it('sends everything to the only domain of a small network', () => {
    const rules = parseRules(defaultRulesText(['production']), 'rules', ['production']);
    expect(domainOf({ eventType: 'ObjectEvent', step: 'shipping', action: 'OBSERVE' }, rules)).toBe(
      'production',
    );
  });

  it('takes a table of one rule', () => {
    expect(parseRules('- { steps: [shipping], domain: retail }', 'rules', DOMAINS)).toEqual([
      { steps: ['shipping'], domain: 'retail' },
    ]);
  });

  it.each([
    ['a: [', 'rules is not YAML'],
    ['[]', 'rules must be a list of rules'],
    ['domain: retail', 'rules must be a list of rules'],
    ['- shipping', 'rules: rule 1 must be a mapping'],
    ['- { domain: wholesale }', 'rules: rule 1: domain must be one of production'],
    ['- { domain: retail }\n- { step: [shipping], domain: retail }', 'rules: rule 2: step must be left out'],
    ['- { steps: shipping, domain: retail }', 'rules: rule 1: steps must be a list of words'],
  ])('refuses %j and says what is wrong', (text, message) => {
    expect(() => parseRules(text, 'rules', DOMAINS)).toThrow(message);
  });
});
