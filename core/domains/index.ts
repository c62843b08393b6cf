import * as all from './all.js';
import { RULE_TURNS, type DefaultDomain, type EventRule, type RuleTurn } from './domain.js';

export { RULE_TURNS, type DefaultDomain, type EventRule, type RuleTurn };
export { BUSINESS_STEPS, HANDLING_STEPS, type BusinessStep } from './steps.js';

/** The default domains, in the order of a product's way. */
export const DEFAULT_DOMAINS: readonly DefaultDomain[] = Object.values<DefaultDomain>(all).sort(
  (a, b) => a.stage - b.stage,
);
