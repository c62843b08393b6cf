import type { Facts } from './facts.js';
import { type Step, stepsOf } from './steps.js';
import type { Fact, Layer } from './types.js';
import type { Why } from './why.js';

/** What a layer is told of a child in a parent, by one bond. */
export class Pair {
  /** Whether the layer is one of those that take what is certain alone. */
  readonly certain: boolean;
  /** Whether the child is a number of things. */
  readonly counted: boolean;
  readonly told: readonly Fact[];
  readonly steps: readonly Step[];
  readonly empties: readonly Step[];
  readonly removes: readonly Step[];
  readonly #facts: Facts;
  readonly #parent: string;
  readonly #child: string;
  readonly #bond: string;
  readonly #layer: Layer;
  readonly #plain: readonly Fact[];

  constructor(facts: Facts, parent: string, child: string, bond: string, layer: Layer) {
    [this.#facts, this.#parent, this.#child, this.#bond, this.#layer] = [facts, parent, child, bond, layer];
    this.certain = layer !== 'all';
    this.counted = facts.natureOf(child) !== 'instance';
    this.told = facts.told(parent, child, bond);
    this.steps = stepsOf(facts, this.told, child).filter(
      (step) => !this.certain || (step.why.size === 0 && (step.change === 'remove' || this.isHeard(step))),
    );
    this.#plain = facts.all.filter(({ why }) => why.size === 0);
    this.empties = stepsOf(
      facts,
      this.#plain
        .filter(({ record }) => record.bond === bond && record.change === 'empty')
        .filter((fact) => facts.has(fact, parent, 'parent')),
      child,
    );
    this.removes = stepsOf(
      facts,
      this.told.filter(({ why, record }) => why.size === 0 && record.change === 'remove'),
      child,
    );
  }

  isFamiliar({ why, organisations }: Step): boolean {
    return (
      why.size === 0 &&
      [...organisations].some((organisation) => this.#facts.isFamiliar(organisation, this.#parent))
    );
  }

  isHeard(step: Step): boolean {
    return this.#layer !== 'vouched' || this.isFamiliar(step);
  }

  /** Whether a closing may end what `openers` opened, where what else is told of the parent counts from `from` on. */
  mayClose(closing: Step, openers: ReadonlySet<string>, from: number): boolean {
    return (
      this.certain ||
      [...closing.organisations].some((organisation) => openers.has(organisation)) ||
      this.#tellsOfParent(closing, from, closing.at)
    );
  }

  /** Whether who told of the closing told of the parent from then until `until`. */
  isVouched(closing: Step, until: number): boolean {
    return this.#tellsOfParent(closing, closing.at, until);
  }

  #tellsOfParent({ organisations }: Step, from: number, to: number): boolean {
    const facts = this.#facts;
    return this.#plain.some(
      (fact) =>
        organisations.has(fact.organisation) &&
        facts.names(fact, this.#parent) &&
        !facts.unloads(fact, this.#parent, null) &&
        facts.at(fact) >= from &&
        facts.at(fact) <= to,
    );
  }

  /** What is loaded now and says that the child has left; null where nothing does. */
  contradiction(since: number, now: number): Why | null {
    const [facts, parent, child, bond] = [this.#facts, this.#parent, this.#child, this.#bond];
    const loads = this.#plain.filter(({ record }) => record.bond === bond && record.change === 'add');
    const elsewhere = loads.some(
      (load) =>
        !this.counted &&
        facts.at(load) === now &&
        facts.has(load, child, 'child') &&
        !facts.has(load, parent, 'parent'),
    );
    if (elsewhere) return new Set(['OVERLAP']);
    const reloaded = loads
      .filter((load) => facts.has(load, parent, 'parent') && facts.at(load) === now && !this.#isOfChild(load))
      .some(() =>
        this.#plain.some((fact) => {
          const seen =
            fact.record.bond === bond && fact.record.change === 'see' && facts.has(fact, parent, 'parent');
          const travels = seen || facts.has(fact, parent, 'subject', 'child');
          return travels && facts.at(fact) >= since && facts.at(fact) < now;
        }),
      );
    return reloaded ? new Set(['RELOADED']) : null;
  }

  /** Whether a load is one of the child, or the organisation tells of it in another record of the event. */
  #isOfChild(load: Fact): boolean {
    return (
      this.told.some(
        (own) =>
          own.organisation === load.organisation &&
          own.record.event === load.record.event &&
          own.record.time === load.record.time &&
          own.record.change === 'add',
      ) || this.told.includes(load)
    );
  }
}
