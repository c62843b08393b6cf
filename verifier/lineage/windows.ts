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
  /** Those of the steps that take the child out. */
  readonly removals: Closings;
  /** Whether quantities of the child are added up: it is a class or a lot. */
  readonly counted: boolean;
  /** Organisations that recorded more than one event of the parent, besides unloadings. */
  readonly familiar: ReadonlySet<string>;
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
 * with the stay. `vouched` is `certain` where of tellings only those of the familiar count, and of closings all.
 */
export function staysOf(pair: Pair, layer: 'certain' | 'vouched' | 'all'): Stay[] {
  return new Replay(pair, layer).run();
}

class Replay {
  readonly #pair: Pair;
  readonly #certain: boolean;
  readonly #opens: (step: Step) => boolean;
  readonly #steps: readonly Step[];
  readonly #done: (Stay & { readonly vouched: boolean })[] = [];
  #stay: OpenStay | null = null;
  /** When the last stay ended that not only strangers told of. */
  #ended = EVER;
  /** When the last removal found nothing open, if no loading came since. */
  #unexplained: string | null = null;

  constructor(pair: Pair, layer: 'certain' | 'vouched' | 'all') {
    this.#pair = pair;
    this.#certain = layer !== 'all';
    this.#opens = (step) => layer !== 'vouched' || this.#vouches(step);
    const plain = pair.steps.filter(({ why: because }) => because === CERTAIN);
    this.#steps = this.#certain ? plain.filter((step) => isRemoval(step) || this.#opens(step)) : pair.steps;
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
      const closing = this.#certain
        ? first
        : empties.nextToClose(first.time, stay.activeFrom, stay.organisations);
      const times = [first.time, closing?.time ?? FOREVER].filter((at) => at < time);
      for (const at of new Set(times)) {
        this.#contradict(at);
        this.#close(at, []);
      }
    }
    this.#contradict(time);
  }

  /** All of one time together, closings first. */
  #at(time: string, steps: readonly Step[]): void {
    const removals = steps.filter((step) => isRemoval(step));
    const adds = steps.filter(({ change }) => change === 'add');
    const sees = steps.filter((step) => step.change !== 'add' && !isRemoval(step));
    const isEmptied = this.#pair.empties.first(time)?.time === time;
    const opened = this.#certain ? adds.length > 0 : adds.some((add) => this.#vouches(add));
    const before = this.#stay;
    if (before !== null && !before.vouched && !opened) this.#reach([...removals, ...sees], time);
    this.#close(time, removals);
    if (before === null && !opened) this.#unopened(removals.filter((removal) => this.#opens(removal)));
    const sameTime = isEmptied || removals.length > 0 ? SAME_TIME : CERTAIN;
    for (const add of adds) this.#add(add, sameTime);
    // Seen at the end of a stay: it was in until then, and nothing says that it is still in.
    const last = this.#done.at(-1);
    const ended = this.#stay === null && last?.to === time && (this.#certain || last.vouched);
    const seen = together(sees);
    if (seen !== null && !ended) this.#see(seen, sees, sameTime);
    if (this.#stay !== null) this.#stay.seenUntil = time;
  }

  /** In `all`, whether the step comes from who recorded more than this of the parent: others shorten nothing. */
  #vouches({ why: because, organisations }: Step): boolean {
    return because === CERTAIN && organisations.some((organisation) => this.#pair.familiar.has(organisation));
  }

  /** What only strangers opened is told of by others: it may have been in before, as if nothing were open. */
  #reach(steps: readonly Step[], time: string): void {
    const stay = this.#stay;
    if (stay === null || steps.length === 0) return;
    const since = this.#lastClosing(steps, time);
    stay.activeFrom = since > stay.activeFrom ? since : stay.activeFrom;
    const from = this.#rejoin(since);
    if (from < stay.from) stay.reach(from, NO_OPENING);
  }

  /** Takes back what ended after `since`: strangers cut it off. Gives when all of it began. */
  #rejoin(since: string): string {
    let from = since;
    for (let last = this.#done.at(-1); last !== undefined && last.to > since; last = this.#done.at(-1)) {
      this.#done.pop();
      if (last.from < from) ({ from } = last);
    }
    return from;
  }

  #add(add: Step, sameTime: Why): void {
    const order = this.#unexplained !== null && this.#unexplained < add.time ? ORDER : CERTAIN;
    if (this.#stay === null) this.#open(add.time, add, add.why | sameTime | order);
    else this.#joins(this.#stay, add, sameTime);
    this.#unexplained = null;
    this.#stay?.held.add(add.amounts);
  }

  #see(step: Step, steps: readonly Step[], sameTime: Why): void {
    if (this.#stay !== null) {
      if (!this.#stay.vouched) {
        this.#reach(steps, step.time);
        for (const { amounts } of steps) this.#stay.held.seen(amounts);
      }
      this.#joins(this.#stay, step, sameTime);
      return;
    }
    const since = this.#lastClosing(steps, step.time);
    const stay = this.#begin(this.#rejoin(since), NO_OPENING | step.why, step);
    stay.activeFrom = since;
    stay.turn(step.time, step.why);
    stay.turn(step.time, step.why | sameTime);
    for (const { amounts } of steps) stay.held.seen(amounts);
  }

  /** Told again that it is in. What is plain is certain from there on, unless the same time has a closing as well. */
  #joins(stay: OpenStay, step: Step, sameTime: Why): void {
    for (const organisation of step.organisations) stay.organisations.add(organisation);
    if (this.#certain) {
      if (sameTime === CERTAIN && step.time > stay.seenUntil) stay.turn(step.time, CERTAIN);
      return;
    }
    if (this.#pair.counted && step.change === 'add') stay.turn(step.time, stay.why | step.why);
    if (stay.vouched) return;
    if (step.change === 'add') stay.activeFrom = step.time;
    stay.vouched = this.#vouches(step);
  }

  /** A stay that opens undecided is certain at the time of the opening itself, but for what the opening lacks. */
  #open(time: string, step: Step, because: Why): void {
    this.#begin(time, step.why, step).turn(time, because);
  }

  #begin(from: string, because: Why, step: Step): OpenStay {
    const stay = new OpenStay(from, because, step);
    stay.vouched = this.#certain || this.#vouches(step);
    this.#stay = stay;
    return stay;
  }

  /** What was taken out though nobody had put it in was in until then. */
  #unopened(removals: readonly Step[]): void {
    const removal = together(removals);
    if (removal === null) return;
    const since = this.#lastClosing(removals, removal.time);
    const stay = this.#begin(this.#rejoin(since), NO_OPENING, removal);
    stay.turn(removal.time, CERTAIN);
    this.#end(removal.time, removal.organisations);
    this.#unexplained = removal.time;
  }

  /** The closings of one time: a stranger's makes undecided what no other ends. */
  #close(time: string, removals: readonly Step[]): void {
    const stay = this.#stay;
    if (stay === null) return;
    const { empties } = this.#pair;
    const next = this.#certain
      ? empties.first(time)
      : empties.nextToClose(time, stay.activeFrom, stay.organisations);
    if (next?.time === time) {
      this.#end(time, next.organisations);
      return;
    }
    const closing = removals.filter((removal) =>
      this.#mayClose(removal, stay.organisations, { from: stay.activeFrom, to: time }),
    );
    if (closing.length > 0 && this.#empties(stay, closing)) {
      this.#end(time, together(closing)?.organisations ?? []);
      return;
    }
    const strangers = closing.length < removals.length || empties.first(time)?.time === time;
    if (strangers) stay.turn(time, stay.why | STRANGER);
  }

  /** Whether nothing is left where this is taken out. */
  #empties(stay: OpenStay, removals: readonly Step[]): boolean {
    if (!this.#pair.counted) return true;
    const outcomes = removals.map(({ amounts }) => stay.held.remove(amounts));
    if (outcomes.some(({ left, short }) => left === 'unknown' || short))
      stay.turn(removals[0]?.time ?? stay.seenUntil, stay.why | QUANTITY);
    return outcomes.some(({ left }) => left === 'nothing');
  }

  /** In `all` a stranger acquits nobody. */
  #mayClose(closing: Step, openedBy: ReadonlySet<string>, span: Span): boolean {
    if (this.#certain || closing.organisations.some((organisation) => openedBy.has(organisation)))
      return true;
    return this.#pair.active(closing, span);
  }

  /** Since when the child may have been in, where steps of one time say that it was and no opening is known. */
  #lastClosing(steps: readonly Step[], time: string): string {
    return steps.map((step) => this.#lastClosingFor(step, time)).reduce((a, b) => (a < b ? a : b));
  }

  #lastClosingFor({ organisations }: Step, time: string): string {
    const { empties, removals } = this.#pair;
    const told = new Set(organisations);
    const last = [empties, removals].map((closings) =>
      this.#certain ? closings.last(time)?.time : closings.lastToClose(time, told),
    );
    return last.reduce<string>((a, b) => ((b ?? EVER) > a ? (b ?? EVER) : a), this.#ended);
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
    if (this.#stay?.vouched === true) this.#ended = to;
    if (this.#stay !== null)
      this.#done.push({ ...this.#stay.end(to, closedBy), vouched: this.#stay.vouched });
    this.#stay = null;
  }
}
