import type { Amount } from '@cotrace/core';
import type { Step } from './steps.js';
import { NONE, type Why } from './why.js';

/** Instants, both included. */
export interface Part {
  readonly from: number;
  readonly to: number;
  readonly why: Why;
}

/** A time that a child was in a parent. */
export interface Stay extends Part {
  readonly parts: readonly Part[];
  readonly known: boolean;
  readonly openers: ReadonlySet<string>;
}

/** A stay that has not ended. */
export interface Open {
  from: number;
  /** From when on other events of the parent let an organisation end it. */
  floor: number;
  /** Whether somebody familiar with the parent tells of it. */
  known: boolean;
  since: number;
  why: Why;
  parts: Part[];
  readonly openers: Set<string>;
  readonly held: Map<string, number>;
  /** Whether something was put in without a quantity. */
  vague: boolean;
}

/** The stays of a child in a parent up to an instant: those that ended, and one that may be open. */
export class Stays {
  readonly ended: Stay[] = [];
  #open: Open | null = null;

  /** The stay that is open. */
  get inside(): Open | null {
    return this.#open;
  }

  open(from: number, why: Why, { organisations }: Step, known: boolean): void {
    this.#open = {
      from,
      floor: from,
      known,
      since: from,
      why,
      parts: [],
      openers: new Set(organisations),
      held: new Map(),
      vague: false,
    };
  }

  /** From `now` on it is for these reasons that the stay is not certain. */
  turn(now: number, why: Why): void {
    const stay = this.#open;
    if (stay === null || [...why].sort().join() === [...stay.why].sort().join()) return;
    stay.parts.push({ from: stay.since, to: now, why: stay.why });
    [stay.since, stay.why] = [now, why];
  }

  put({ amounts }: Step): void {
    const stay = this.#open;
    if (stay === null) return;
    if (amounts.length === 0) stay.vague = true;
    for (const { value, unit } of amounts)
      stay.held.set(unit ?? '', (stay.held.get(unit ?? '') ?? 0) + Number(value));
  }

  end(to: number): void {
    const stay = this.#open;
    if (stay === null) return;
    const parts = [...stay.parts, { from: stay.since, to, why: stay.why }];
    this.ended.push({ from: stay.from, to, why: NONE, parts, openers: stay.openers, known: stay.known });
    this.#open = null;
  }

  /** Since when; what strangers cut off since is part of it. */
  since(from: number): number {
    const cut = this.ended.filter(({ to }) => to > from);
    this.ended.splice(this.ended.length - cut.length);
    return Math.min(from, ...cut.map((one) => one.from));
  }
}

/** What was seen is in, at least. */
export function atLeast(stay: Open, amounts: readonly Amount[]): void {
  if (amounts.length === 0) stay.vague = true;
  for (const { value, unit } of amounts)
    stay.held.set(unit ?? '', Math.max(stay.held.get(unit ?? '') ?? 0, Number(value)));
}

/** Takes the amounts out of what is in, and says whether nothing is left and whether that is in doubt. */
export function take(stay: Open, amounts: readonly Amount[]): { nothing: boolean; doubt: boolean } {
  if (amounts.length === 0) return { nothing: stay.held.size === 0, doubt: stay.held.size > 0 };
  let [unknown, short] = [stay.vague, false];
  for (const { value, unit } of amounts) {
    const before = stay.held.get(unit ?? '') ?? null;
    if (before === null) unknown = true;
    else {
      short ||= before < Number(value);
      stay.held.set(unit ?? '', Math.max(0, before - Number(value)));
    }
  }
  const nothing = !unknown && [...stay.held.values()].every((left) => left === 0);
  return { nothing, doubt: unknown || short };
}
