import type { Closings } from './closings.js';
import { OpenStay, type Stay } from './open-stay.js';
import { CERTAIN, why, type Why } from './reasons.js';
import { EVER, FOREVER, lowerBound, type Span } from './times.js';
import { isRemoval, together, type Step } from './steps.js';

/** What the windows of a child in a parent are made of, and what of the parent's and child's other events bears on them. */
export interface Pair {
  /** Events that name both, by time; of one time those first that are not undecided themselves. */
  readonly steps: readonly Step[];
  /** Removals from the parent that name no child, by time; of those that count alone. */
  readonly empties: Closings;
  /** Whether quantities of the child are added up: it is a class or a lot. */
  readonly counted: boolean;
  /** Whether one of the organisations recorded another event of the parent in the span. */
  readonly active: (step: Step, span: Span) => boolean;
  /** The first contradiction of a stay since `from`, before `until`; before `clear` there is none. */
  readonly contradiction: (within: {
    readonly from: string;
    readonly clear: string;
    readonly until: string;
  }) => { readonly time: string; readonly why: Why } | null;
}

const NO_OPENING = why('NO_OPENING');
const ORDER = why('ORDER');
const QUANTITY = why('QUANTITY');
const SAME_TIME = why('SAME_TIME');
const STRANGER = why('STRANGER');

/**
 * The stays of a child in a parent, by rising time. In `certain` only what is not withdrawn counts, every closing ends a
 * stay, and a contradiction makes the rest of it undecided. In `all` everything opens, and only those close who had to do
 * with the stay.
 */
export function staysOf(pair: Pair, layer: 'certain' | 'all'): Stay[] {
  return new Replay(pair, layer === 'certain').run();
}

class Replay {
  readonly #pair: Pair;
  readonly #certain: boolean;
  readonly #steps: readonly Step[];
  readonly #removes: readonly Step[];
  readonly #done: Stay[] = [];
  #stay: OpenStay | null = null;
  /** Whether the last removal found nothing open, and no loading came since. */
  #unexplained = false;

  constructor(pair: Pair, certain: boolean) {
    this.#pair = pair;
    this.#certain = certain;
    this.#steps = certain ? pair.steps.filter((step) => step.why === CERTAIN) : pair.steps;
    this.#removes = pair.steps.filter((step) => isRemoval(step));
  }

  run(): Stay[] {
    for (let at = 0; at < this.#steps.length;) {
      const time = this.#steps[at]?.time ?? FOREVER;
      this.#emptyUntil(time);
      const next = lowerBound(this.#steps, time, true);
      this.#at(time, this.#steps.slice(at, next));
      at = next;
    }
    this.#emptyUntil(FOREVER);
    if (this.#stay !== null) this.#end(FOREVER, []);
    return this.#done;
  }

  /** What empties the parent after the last step and before `time`, while the child is in it. */
  #emptyUntil(time: string): void {
    const { empties } = this.#pair;
    const stay = this.#stay;
    const first = stay === null ? null : empties.first(stay.seenUntil, true);
    if (stay !== null && first !== null && first.time < time) {
      const closing = this.#certain ? first : empties.nextToClose(first.time, stay.from, stay.organisations);
      for (const one of new Set([first, closing])) {
        if (one === null || one.time >= time) continue;
        this.#contradict(one.time);
        this.#close(one);
      }
    }
    this.#contradict(time);
  }

  /** Of what empties the parent at that time the first, and the first that may end the stay. */
  #emptiedAt(time: string): Step[] {
    const { empties } = this.#pair;
    const first = empties.first(time);
    if (first?.time !== time) return [];
    const stay = this.#stay;
    if (this.#certain || stay === null) return [first];
    const closing = empties.nextToClose(time, stay.from, stay.organisations);
    return closing === null || closing === first || closing.time > time ? [first] : [first, closing];
  }

  /** All of one time together, closings first. */
  #at(time: string, steps: readonly Step[]): void {
    const closings = [...this.#emptiedAt(time), ...steps.filter((step) => isRemoval(step))];
    const adds = steps.filter(({ change }) => change === 'add');
    const before = this.#stay;
    for (const closing of closings) if (this.#stay !== null) this.#close(closing);
    if (before === null && adds.length === 0) this.#unopened(steps.filter((step) => isRemoval(step)));
    const sameTime = closings.length > 0 ? SAME_TIME : CERTAIN;
    for (const add of adds) this.#add(add, sameTime);
    // Seen at the end of a stay: it was in until then, and nothing says that it is still in.
    const ended = this.#stay === null && this.#done.at(-1)?.to === time;
    const seen = together(steps.filter((step) => step.change !== 'add' && !isRemoval(step)));
    if (seen !== null && !ended) this.#see(seen, sameTime);
    if (this.#stay !== null) this.#stay.seenUntil = time;
  }

  #add(add: Step, sameTime: Why): void {
    const order = this.#unexplained ? ORDER : CERTAIN;
    if (this.#stay === null) this.#open(add.time, add, add.why | sameTime | order);
    else this.#joins(this.#stay, add, sameTime);
    this.#unexplained = false;
    this.#stay?.held.add(add.amounts);
  }

  #see(step: Step, sameTime: Why): void {
    if (this.#stay !== null) {
      this.#joins(this.#stay, step, sameTime);
      return;
    }
    const since = this.#lastClosing(step);
    this.#stay = new OpenStay(since, NO_OPENING | step.why, step);
    this.#stay.turn(step.time, step.why);
    this.#stay.turn(step.time, step.why | sameTime);
    this.#stay.held.add(step.amounts);
  }

  /** Told again that it is in. What is plain is certain from there on, unless the same time has a closing as well. */
  #joins(stay: OpenStay, step: Step, sameTime: Why): void {
    for (const organisation of step.organisations) stay.organisations.add(organisation);
    if (this.#certain) {
      if (sameTime === CERTAIN && step.time > stay.seenUntil) stay.turn(step.time, CERTAIN);
    } else if (this.#pair.counted && step.change === 'add') stay.turn(step.time, stay.why | step.why);
  }

  /** A stay that opens undecided is certain at the time of the opening itself, but for what the opening lacks. */
  #open(time: string, step: Step, because: Why): void {
    this.#stay = new OpenStay(time, step.why, step);
    this.#stay.turn(time, because);
  }

  /** What was taken out though nobody had put it in was in until then. */
  #unopened(removals: readonly Step[]): void {
    const removal = together(removals);
    if (removal === null) return;
    this.#stay = new OpenStay(this.#lastClosing(removal), NO_OPENING, removal);
    this.#stay.turn(removal.time, CERTAIN);
    this.#end(removal.time, removal.organisations);
    this.#unexplained = true;
  }

  #close(closing: Step): void {
    const stay = this.#stay;
    if (stay === null) return;
    if (!this.#mayClose(closing, stay.organisations, { from: stay.from, to: closing.time })) {
      stay.turn(closing.time, stay.why | STRANGER);
      return;
    }
    if (closing.change === 'remove' && this.#pair.counted) {
      const { left, short } = stay.held.remove(closing.amounts);
      if (left === 'unknown' || short) stay.turn(closing.time, stay.why | QUANTITY);
      if (left !== 'nothing') return;
    }
    this.#end(closing.time, closing.organisations);
  }

  /** In `all` a stranger acquits nobody. */
  #mayClose(closing: Step, openedBy: ReadonlySet<string>, span: Span): boolean {
    if (this.#certain || closing.organisations.some((organisation) => openedBy.has(organisation)))
      return true;
    return this.#pair.active(closing, span);
  }

  /** Since when the child may have been in, where a step says that it was and no opening is known. */
  #lastClosing(step: Step): string {
    const ended = this.#done.at(-1)?.to ?? EVER;
    const openedBy = new Set(step.organisations);
    const { empties } = this.#pair;
    const emptied = this.#certain
      ? (empties.last(step.time)?.time ?? EVER)
      : (empties.lastToClose(step.time, openedBy) ?? EVER);
    let last = emptied > ended ? emptied : ended;
    for (let at = lowerBound(this.#removes, step.time) - 1; at >= 0; at--) {
      const closing = this.#removes[at];
      if (closing === undefined || closing.time <= last) break;
      if (this.#mayClose(closing, openedBy, { from: closing.time, to: step.time })) last = closing.time;
    }
    return last;
  }

  /** In `certain`, what is said until `time` may contradict that the child is still in. */
  #contradict(time: string): void {
    const stay = this.#stay;
    if (!this.#certain || stay === null || stay.why !== CERTAIN) return;
    const found = this.#pair.contradiction({ from: stay.since, clear: stay.clearUntil, until: time });
    stay.clearUntil = time;
    if (found !== null) stay.turn(found.time, found.why);
  }

  #end(to: string, closedBy: readonly string[]): void {
    if (this.#stay !== null) this.#done.push(this.#stay.end(to, closedBy));
    this.#stay = null;
  }
}
