import type { BusinessStep } from './steps.js';

/** Which events a rule takes: those of these types, steps and actions; what is left out does not matter. */
export interface EventRule {
  readonly eventTypes?: readonly string[];
  readonly steps?: readonly BusinessStep[];
  readonly actions?: readonly string[];
}

/**
 * The turns in which the rules of all domains are asked, the domains in their order within each. Steps that are of one
 * stage of a chain decide; then a type of event that does; then what else the step tells; then what becomes of the goods,
 * where no step tells anything; the rest last.
 */
export const RULE_TURNS = ['ownSteps', 'eventType', 'steps', 'goods', 'rest'] as const;
export type RuleTurn = (typeof RULE_TURNS)[number];

/** A domain that every network has unless its topology names others. */
export interface DefaultDomain {
  /** As of a chaincode, in lower case. */
  readonly name: string;
  /** Place on a product's way, from 1: lists of domains are in this order. */
  readonly stage: number;
  /** Business steps that it takes besides those that every domain sees. */
  readonly steps: readonly BusinessStep[];
  /** Which events are recorded in it; at least one rule, or nothing is. */
  readonly rules: Readonly<Partial<Record<RuleTurn, EventRule>>>;
}
