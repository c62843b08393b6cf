import type { EventOutcome } from '../client/event-outcome.js';

/** One line for each domain to which events were sent for want of a rule of their own. */
export function othersText(
  outcomes: readonly Pick<EventOutcome, 'file' | 'line' | 'domain' | 'byRuleForOthers'>[],
): string[] {
  const others = outcomes.filter(({ byRuleForOthers }) => byRuleForOthers);
  return [...new Set(others.map(({ domain }) => domain ?? ''))].map((name) => {
    const [first, ...more] = others.filter(({ domain }) => domain === name);
    const place = `${first?.file ?? ''}:${first?.line ?? ''}`;
    const which =
      more.length === 0 ? `1 event (${place}) matches` : `${more.length + 1} events (first: ${place}) match`;
    return `${which} only the rule for all others, which leads to ${name}; add a rule if that is wrong`;
  });
}
