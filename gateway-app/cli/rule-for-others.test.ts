import { describe, expect, it } from '@jest/globals';
import { othersText } from './rule-for-others.js';

const outcome = (line: number, domain: string | null, byRuleForOthers: boolean) => ({
  file: 'mill.jsonld',
  line,
  domain,
  byRuleForOthers,
});

describe('events that fit only the rule for all others', () => {
  it('are told in one line for each domain', () => {
    const outcomes = [
      outcome(1, 'retail', false),
      outcome(2, 'distribution', true),
      outcome(3, 'retail', true),
      outcome(4, 'distribution', true),
    ];
    expect(othersText(outcomes)).toEqual([
      '2 events (first: mill.jsonld:2) match only the rule for all others, which leads to distribution; add a rule if that is wrong',
      '1 event (mill.jsonld:3) matches only the rule for all others, which leads to retail; add a rule if that is wrong',
    ]);
  });

  it('are not told of where there are none', () => {
    expect(othersText([outcome(1, 'retail', false), outcome(2, null, false)])).toEqual([]);
  });
});
