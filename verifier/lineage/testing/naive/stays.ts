import type { Facts } from './facts.js';
import { atLeast, type Open, type Stay, Stays, take } from './open-stay.js';
import { Pair } from './pair.js';
import type { Step } from './steps.js';
import type { Layer } from './types.js';
import { join, NONE, reason } from './why.js';

/** The times that a child was in a parent. */
export function staysOf(facts: Facts, parent: string, child: string, bond: string, layer: Layer): Stay[] {
  const pair = new Pair(facts, parent, child, bond, layer);
  if (bond !== 'other') return new StayReader(pair).read(facts.end);
  return pair.told
    .filter(({ why }) => !pair.certain || why.size === 0)
    .map((fact) => {
      const part = { from: facts.at(fact), to: facts.at(fact), why: fact.why };
      return { ...part, parts: [part], known: true, openers: new Set([fact.organisation]) };
    });
}

/** Reads what is told of a pair, instant by instant. */
class StayReader {
  readonly #pair: Pair;
  readonly #stays = new Stays();
  /** When a removal was told without what it removed. */
  #unexplained = Infinity;

  constructor(pair: Pair) {
    this.#pair = pair;
  }

  read(end: number): Stay[] {
    for (let now = 1; now < end; now += 2) this.#instant(now);
    this.#stays.end(end);
    return this.#stays.ended;
  }

  #instant(now: number): void {
    const [pair, stays] = [this.#pair, this.#stays];
    const here = pair.steps.filter(({ at }) => at === now);
    const isRemove = ({ change, why }: Step): boolean => change === 'remove' && why.size === 0;
    const closings = [...pair.empties.filter(({ at }) => at === now), ...here.filter(isRemove)];
    const adds = here.filter(({ change }) => change === 'add');
    const sees = here.filter((step) => step.change !== 'add' && !isRemove(step));
    const before = stays.inside;
    const explained = pair.certain ? adds.length > 0 : adds.some((add) => pair.isFamiliar(add));
    const tell = [...sees, ...closings.filter(({ change }) => change === 'remove')];
    if (before !== null && !before.known && !explained && tell.length > 0) {
      this.#reachBack(before, now, tell);
    }
    if (before !== null) this.#close(before, now, closings);
    const removed = closings.filter((one) => one.change === 'remove' && pair.isHeard(one));
    if (before === null && !explained) this.#openBefore(removed, now);
    const opened = this.#add(adds, now, closings);
    this.#see(sees, now, closings, opened);
    const stay = stays.inside;
    if (pair.certain && stay?.why.size === 0) {
      const found = pair.contradiction(stay.since, now);
      if (found !== null) stays.turn(now, found);
    }
  }

  #close(before: Open, now: number, closings: readonly Step[]): void {
    const [pair, stays] = [this.#pair, this.#stays];
    const may = closings.filter((one) => pair.mayClose(one, before.openers, before.floor));
    let left = may.length === 0;
    if (may.every(({ change }) => change === 'remove') && may.length > 0 && pair.counted) {
      const taken = may.map(({ amounts }) => take(before, amounts));
      if (taken.some(({ doubt }) => doubt)) stays.turn(now, join(before.why, new Set(['QUANTITY'])));
      left = !taken.some(({ nothing }) => nothing);
    }
    if (!left) stays.end(now);
    else if (may.length < closings.length) stays.turn(now, join(before.why, new Set(['STRANGER'])));
  }

  /** What is removed now, and nobody put in, was in before. */
  #openBefore(removed: readonly Step[], now: number): void {
    const stays = this.#stays;
    const [remove] = removed;
    if (remove === undefined) return;
    const step = { ...remove, organisations: allOf(removed) };
    const from = stays.since(this.#lastClosing(now, removed));
    stays.open(from, new Set(['NO_OPENING']), step, this.#isKnown(step));
    stays.turn(now, NONE);
    stays.end(now);
    this.#unexplained = now;
  }

  /** Whether one of them opened a stay. */
  #add(adds: readonly Step[], now: number, closings: readonly Step[]): boolean {
    const stays = this.#stays;
    let opened = false;
    for (const add of adds) {
      if (stays.inside === null) {
        stays.open(now, add.why, add, this.#isKnown(add));
        stays.turn(now, join(add.why, sameTime(closings), reason(this.#unexplained < now, 'ORDER')));
        opened = true;
      } else this.#again(add, now, closings, { loading: true, opened });
      this.#unexplained = Infinity;
      stays.put(add);
    }
    return opened;
  }

  #see(sees: readonly Step[], now: number, closings: readonly Step[], opened: boolean): void {
    const [pair, stays] = [this.#pair, this.#stays];
    const last = stays.ended.at(-1);
    const ended = stays.inside === null && last?.to === now && (pair.certain || last.known);
    const [see] = sees;
    if (see === undefined || ended) return;
    const step = { ...see, organisations: allOf(sees) };
    const running = stays.inside;
    if (running !== null) {
      if (!running.known) {
        this.#reachBack(running, now, sees);
        for (const { amounts } of sees) atLeast(running, amounts);
      }
      this.#again(step, now, closings, { loading: false, opened });
      return;
    }
    const floor = this.#lastClosing(now, sees);
    stays.open(stays.since(floor), join(new Set(['NO_OPENING']), see.why), step, this.#isKnown(step));
    const found = stays.inside;
    if (found !== null) {
      found.floor = floor;
      for (const { amounts } of sees) atLeast(found, amounts);
    }
    stays.turn(now, see.why);
    stays.turn(now, join(see.why, sameTime(closings)));
  }

  /** More is told of what is in. */
  #again(
    step: Step,
    now: number,
    closings: readonly Step[],
    { loading, opened }: { readonly loading: boolean; readonly opened: boolean },
  ): void {
    const [pair, stays] = [this.#pair, this.#stays];
    const stay = stays.inside;
    if (stay === null) return;
    for (const organisation of step.organisations) stay.openers.add(organisation);
    if (pair.certain && closings.length === 0 && !opened) stays.turn(now, NONE);
    if (!pair.certain && pair.counted && loading) stays.turn(now, join(stay.why, step.why));
    if (loading && !stay.known) stay.floor = now;
    stay.known ||= pair.isFamiliar(step);
  }

  #isKnown(step: Step): boolean {
    return this.#pair.certain || this.#pair.isFamiliar(step);
  }

  #reachBack(stay: Open, now: number, told: readonly Step[]): void {
    const last = this.#lastClosing(now, told);
    stay.floor = Math.max(stay.floor, last);
    const from = this.#stays.since(last);
    if (from < stay.from) {
      stay.parts = [{ from, to: stay.from, why: new Set(['NO_OPENING']) }, ...stay.parts];
      stay.from = from;
    }
  }

  #lastClosing(now: number, told: readonly Step[]): number {
    return Math.min(...told.map(({ organisations }) => this.#lastFor(now, organisations)));
  }

  #lastFor(now: number, openers: ReadonlySet<string>): number {
    const pair = this.#pair;
    const after = Math.max(0, ...this.#stays.ended.filter(({ known }) => known).map(({ to }) => to));
    const closings = [...pair.empties, ...pair.removes].filter((one) => one.at < now && one.at > after);
    return Math.max(
      after,
      ...closings
        .filter((one) => pair.mayClose(one, openers, one.at) || pair.isVouched(one, now))
        .map(({ at }) => at),
    );
  }
}

function allOf(steps: readonly Step[]): Set<string> {
  return new Set(steps.flatMap(({ organisations }) => [...organisations]));
}

function sameTime(closings: readonly Step[]): ReadonlySet<string> {
  return reason(closings.length > 0, 'SAME_TIME');
}
