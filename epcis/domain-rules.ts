import { DEFAULT_DOMAINS, RULE_TURNS } from '@cotrace/core';

/** Sends events to a domain: those of these types, steps and actions; what is left out does not matter. */
export interface DomainRule {
  readonly eventTypes?: readonly string[];
  /** Business steps: words of the CBV, or URIs. */
  readonly steps?: readonly string[];
  readonly actions?: readonly string[];
  readonly domain: string;
}

/** What a rule looks at. */
export interface DomainQuestion {
  readonly eventType: string;
  readonly step: string | null;
  readonly action: string | null;
}

/** The default table: the rules of the default domains, turn by turn. */
export const DEFAULT_DOMAIN_RULES: readonly DomainRule[] = RULE_TURNS.flatMap((turn) =>
  DEFAULT_DOMAINS.flatMap(({ name, rules }) => {
    const rule = rules[turn];
    return rule === undefined ? [] : [{ ...rule, domain: name }];
  }),
);

/** The first rule that fits; null where none does. */
export function ruleFor(
  { eventType, step, action }: DomainQuestion,
  rules: readonly DomainRule[] = DEFAULT_DOMAIN_RULES,
): DomainRule | null {
  const fits = (value: string | null, allowed?: readonly string[]): boolean =>
    allowed === undefined || (value !== null && allowed.includes(value));
  const rule = rules.find(({ eventTypes, steps, actions }) => {
    return fits(eventType, eventTypes) && fits(step, steps) && fits(action, actions);
  });
  return rule ?? null;
}

/** Whether a rule takes every event: the one for all that fit no other. */
export function takesAll({ eventTypes, steps, actions }: DomainRule): boolean {
  return eventTypes === undefined && steps === undefined && actions === undefined;
}

/** Those of `domains` to which the rules send no event: no rule names them before one that takes every event. */
export function unreachedDomains(rules: readonly DomainRule[], domains: readonly string[]): string[] {
  const last = rules.findIndex(takesAll);
  const asked = last < 0 ? rules : rules.slice(0, last + 1);
  return domains.filter((name) => !asked.some(({ domain }) => domain === name));
}
