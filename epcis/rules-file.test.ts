import { describe, expect, it } from '@jest/globals';
import { DEFAULT_DOMAINS } from '@cotrace/core';
import { DEFAULT_DOMAIN_RULES, ruleFor, takesAll, unreachedDomains } from './domain-rules.js';
import { defaultRulesText, parseRules } from './rules-file.js';

const DOMAINS = DEFAULT_DOMAINS.map(({ name }) => name);

describe('the table of domains in a file', () => {
  it('reads its own default as the default rules', () => {
    expect(parseRules(defaultRulesText(DOMAINS), 'rules', DOMAINS)).toEqual(DEFAULT_DOMAIN_RULES);
  });

  it('sends everything to the only domain of a small network', () => {
    const rules = parseRules(defaultRulesText(['production']), 'rules', ['production']);
    const rule = ruleFor({ eventType: 'ObjectEvent', step: 'shipping', action: 'OBSERVE' }, rules);
    expect(rule?.domain).toBe('production');
    expect(rule !== null && takesAll(rule)).toBe(true);
  });

  it('takes a table of one rule', () => {
    expect(parseRules('- { steps: [shipping], domain: retail }', 'rules', DOMAINS)).toEqual([
      { steps: ['shipping'], domain: 'retail' },
    ]);
  });

  it.each([
    ['a: [', 'rules.yaml is not valid YAML'],
    ['[]', 'rules.yaml:1: rules must have at least 1 item, not 0'],
    ['', 'rules.yaml: rules must have at least 1 item, not 0'],
    ['domain: retail', 'rules.yaml:1: rules must be a list of rules, not an object'],
    ['- shipping', 'rules.yaml:1: rules[0] must be an object, not "shipping"'],
    ['- { domain: wholesale }', 'rules.yaml:1: rules[0].domain must be one of production'],
    [
      '- { domain: retail }\n- { step: [shipping], domain: retail }',
      'rules.yaml:2: rules[1] has the unknown member "step"',
    ],
    ['- { steps: , domain: retail }', 'rules.yaml:1: rules[0].steps must be a list of words, not null'],
    ['- { steps: [1], domain: retail }', 'rules.yaml:1: rules[0].steps[0] must be a word, not 1'],
    ['- { steps: shipping, domain: retail }', 'rules.yaml:1: rules[0].steps must be a list of words'],
  ])('refuses %j and says what is wrong', (text, message) => {
    expect(() => parseRules(text, 'rules.yaml', DOMAINS)).toThrow(message);
  });
});

describe('the domains that rules lead to', () => {
  const rules = [
    { steps: ['shipping'], domain: 'retail' },
    { domain: 'production' },
    { domain: 'processing' },
  ];

  it('are those named before and by the rule for all other events', () => {
    expect(unreachedDomains(rules, ['production', 'processing', 'retail', 'veterinary'])).toEqual([
      'processing',
      'veterinary',
    ]);
    expect(unreachedDomains(rules.slice(0, 1), ['production', 'retail'])).toEqual(['production']);
    expect(unreachedDomains(DEFAULT_DOMAIN_RULES, DOMAINS)).toEqual([]);
  });
});
