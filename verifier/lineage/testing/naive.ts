import type { Amount, Nature } from '@cotrace/core';
import type { Direction, ShownRecord } from '../types.js';

/** An event as an organisation recorded it. */
export interface NaiveEvent {
  readonly organisation: string;
  readonly record: ShownRecord;
}

export interface NaiveQuestion {
  readonly traceId: string;
  readonly direction: Direction;
  readonly natureOf: (id: string) => Nature;
  readonly recorders: ReadonlySet<string> | null;
}

/** What is reached, and what is shown by its record id, each with its reasons, sorted; none is certain. */
export interface NaiveAnswer {
  readonly ids: ReadonlyMap<string, string>;
  readonly events: ReadonlyMap<string, string>;
  /** What `certain` has and `all` has not: nothing, if the rules are right. */
  readonly stray: readonly string[];
}

type Why = ReadonlySet<string>;
type Layer = 'certain' | 'vouched' | 'all';
interface Shown {
  readonly ids: Map<string, Why>;
  readonly events: Map<string, Why>;
}
interface Part {
  readonly from: number;
  readonly to: number;
  readonly why: Why;
}
interface Stay extends Part {
  readonly parts: readonly Part[];
  readonly known: boolean;
  readonly openers: ReadonlySet<string>;
}
interface Open {
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
interface Fact {
  readonly record: ShownRecord;
  readonly organisation: string;
  readonly why: Why;
}
interface Step {
  readonly at: number;
  readonly change: string;
  readonly organisations: Set<string>;
  readonly why: Why;
  readonly amounts: readonly Amount[];
}

const NONE: Why = new Set();
const join = (...sets: Why[]): Why => new Set(sets.flatMap((set) => [...set]));
const reason = (is: boolean, name: string): Why => (is ? new Set([name]) : NONE);

/**
 * The rules of docs/formats.md, Lineage, read literally and slowly, over all pairs of events: what the fast code is
 * compared with. Time is counted in instants: odd ones are the times of events, even ones what lies between.
 */
export function naiveLineage(question: NaiveQuestion, history: readonly NaiveEvent[]): NaiveAnswer {
  const reading = new Reading(question, history);
  const [certain, all] = [reading.layer('certain'), reading.layer('all')];
  const status = (whys: ReadonlyMap<string, Why>, sure: ReadonlyMap<string, Why>): Map<string, string> =>
    new Map(
      [...whys].map(([key, why]) => {
        if (sure.has(key)) return [key, ''];
        return [key, why.size === 0 ? 'BEYOND' : [...why].sort().join(' ')];
      }),
    );
  const stray = (['ids', 'events'] as const).flatMap((of) =>
    [...certain[of].keys()].filter((key) => !all[of].has(key)),
  );
  return { ids: status(all.ids, certain.ids), events: status(all.events, certain.events), stray };
}

class Reading {
  readonly #question: NaiveQuestion;
  readonly #facts: readonly Fact[];
  readonly #times: readonly string[];

  constructor(question: NaiveQuestion, history: readonly NaiveEvent[]) {
    this.#question = question;
    const declarations = history.filter(({ record }) => record.wrong);
    this.#facts = history
      .filter(({ record }) => !record.wrong)
      .map(({ record, organisation }) => {
        const counts = question.recorders === null || question.recorders.has(organisation);
        const own = declarations
          .filter((one) => one.organisation === organisation && one.record.event === record.event)
          .map((one) => ({ one, order: `${one.record.time} ${one.record.recordId}` }))
          .sort((a, b) => (a.order < b.order ? -1 : 1));
        const withdrawn = own
          .slice(0, 8)
          .some(({ one }) =>
            record.traces.every(({ id, role, lot }) =>
              one.record.traces.some((named) => named.id === id && named.role === role && named.lot === lot),
            ),
          );
        return {
          record,
          organisation,
          why: join(reason(!counts, 'OTHER_RECORDER'), reason(counts && withdrawn, 'WITHDRAWN')),
        };
      });
    this.#times = [...new Set(this.#facts.map(({ record }) => record.time))].sort();
  }

  #at({ record }: Fact): number {
    return 2 * this.#times.indexOf(record.time) + 1;
  }
  get #end(): number {
    return 2 * this.#times.length;
  }
  #has({ record }: Fact, id: string, ...roles: string[]): boolean {
    return record.traces.some((entry) => entry.id === id && roles.includes(entry.role));
  }
  #names({ record }: Fact, id: string): boolean {
    return record.traces.some((entry) => entry.id === id);
  }
  #isClass(id: string): Why {
    return reason(this.#question.natureOf(id) === 'class', 'CLASS_ONLY');
  }
  /** Identifiers in a role; of a class with a lot the lot stands for it. */
  #in({ record }: Fact, role: string): string[] {
    return record.traces
      .filter(
        (entry) =>
          entry.role === role && !(entry.lot !== null && this.#question.natureOf(entry.id) === 'class'),
      )
      .map(({ id }) => id);
  }
  #makes(fact: Fact, id: string): boolean {
    const { bond, change } = fact.record;
    return (
      this.#has(fact, id, 'output') || (this.#has(fact, id, 'subject') && bond === null && change === 'add')
    );
  }
  #unloads(fact: Fact, id: string, bond: string | null): boolean {
    const { change } = fact.record;
    const same = bond === null || fact.record.bond === bond;
    return same && this.#has(fact, id, 'parent') && (change === 'empty' || change === 'remove');
  }

  /** Events of different organisations made it, and none of them told all. */
  #twice(id: string): Why {
    const makings = this.#facts.filter((fact) => fact.why.size === 0 && this.#makes(fact, id));
    const text = ({ event, time, step, bond, change, traces }: ShownRecord): string =>
      JSON.stringify([event, time, step, bond, change, traces.map((entry) => JSON.stringify(entry)).sort()]);
    const all = new Set(makings.map(({ record }) => text(record)));
    const toldAll = makings.some(({ organisation }) => {
      const told = makings.filter((one) => one.organisation === organisation);
      return new Set(told.map(({ record }) => text(record))).size === all.size;
    });
    return reason(makings.length > 0 && !toldAll, 'MADE_TWICE');
  }

  /** Why it is undecided that the item is of the lot; null where nothing says so. */
  #ofLot(item: string, lot: string): Why | null {
    if (this.#question.natureOf(item) !== 'instance') return null;
    const naming = (which: string): Fact[] =>
      this.#facts.filter(({ record }) =>
        record.traces.some((entry) => entry.id === item && entry.lot === which),
      );
    const own = naming(lot);
    const plain = own.filter(({ why }) => why.size === 0);
    if (own.length === 0) return null;
    if (plain.length === 0)
      return own.some(({ why }) => why.has('OTHER_RECORDER'))
        ? new Set(['OTHER_RECORDER'])
        : new Set(['WITHDRAWN']);
    const lots = this.#ids().filter((which) => naming(which).some(({ why }) => why.size === 0));
    const agreed = plain.some(({ organisation }) =>
      lots.every((which) =>
        naming(which).some((fact) => fact.why.size === 0 && fact.organisation === organisation),
      ),
    );
    const someone = lots.some(() => agreed);
    const authors = new Set(plain.map(({ organisation }) => organisation));
    const events = this.#facts.filter((fact) => fact.why.size === 0 && this.#names(fact, item));
    const theirs = events.filter(({ organisation }) => authors.has(organisation));
    const known = [...authors].some(
      (author) =>
        new Set(
          theirs.filter(({ organisation }) => organisation === author).map(({ record }) => record.event),
        ).size > 1,
    );
    const stranger =
      theirs.length < events.length && !known && !theirs.some((fact) => this.#makes(fact, item));
    return join(
      reason(lots.length > 1, 'TWO_LOTS'),
      reason(lots.length > 1 && !someone, 'MADE_TWICE'),
      reason(stranger, 'STRANGER'),
    );
  }

  #ids(): string[] {
    return [...new Set(this.#facts.flatMap(({ record }) => record.traces.map(({ id }) => id)))].sort();
  }

  /** All that is told of a child in a parent. */
  #told(parent: string, child: string, bond: string): Fact[] {
    return this.#facts.filter(
      (fact) =>
        fact.record.bond === bond &&
        this.#has(fact, parent, 'parent') &&
        this.#in(fact, 'child').includes(child),
    );
  }

  #steps(facts: readonly Fact[], child: string): Step[] {
    const rank = (why: Why): number => (why.size === 0 ? 0 : why.has('OTHER_RECORDER') ? 1 : 2);
    const steps = new Map<string, Step>();
    for (const fact of facts.toSorted((a, b) => rank(a.why) - rank(b.why))) {
      const amounts = fact.record.traces
        .filter(({ id, role }) => id === child && role === 'child')
        .flatMap((entry) => entry.amounts ?? []);
      const { change, event } = fact.record;
      const step = {
        at: this.#at(fact),
        change: change ?? '',
        organisations: new Set([fact.organisation]),
        why: fact.why,
        amounts,
      };
      const key = JSON.stringify([
        change === 'remove' && fact.why.size > 0,
        step.at,
        change,
        event,
        amounts.map(({ value, unit }) => `${value} ${unit ?? ''}`).sort(),
      ]);
      const known = steps.get(key);
      if (known === undefined) steps.set(key, step);
      else if (rank(known.why) === rank(fact.why)) known.organisations.add(fact.organisation);
    }
    return [...steps.values()];
  }

  /** The times that the child was in the parent. */
  stays(parent: string, child: string, bond: string, layer: Layer): Stay[] {
    const told = this.#told(parent, child, bond);
    const certain = layer !== 'all';
    if (bond === 'other')
      return told
        .filter(({ why }) => !certain || why.size === 0)
        .map((fact) => {
          const part = { from: this.#at(fact), to: this.#at(fact), why: fact.why };
          return { ...part, parts: [part], known: true, openers: new Set([fact.organisation]) };
        });
    const counted = this.#question.natureOf(child) !== 'instance';
    const familiar = ({ why, organisations }: Step): boolean =>
      why.size === 0 && [...organisations].some((organisation) => this.#isFamiliar(organisation, parent));
    const heard = (step: Step): boolean => layer !== 'vouched' || familiar(step);
    const steps = this.#steps(told, child).filter(
      (step) => !certain || (step.why.size === 0 && (step.change === 'remove' || heard(step))),
    );
    const plain = this.#facts.filter(({ why }) => why.size === 0);
    const empties = this.#steps(
      plain
        .filter(({ record }) => record.bond === bond && record.change === 'empty')
        .filter((fact) => this.#has(fact, parent, 'parent')),
      child,
    );
    const removes = this.#steps(
      told.filter(({ why, record }) => why.size === 0 && record.change === 'remove'),
      child,
    );
    const mayClose = (closing: Step, openers: ReadonlySet<string>, from: number): boolean =>
      certain ||
      [...closing.organisations].some((organisation) => openers.has(organisation)) ||
      plain.some(
        (fact) =>
          closing.organisations.has(fact.organisation) &&
          this.#names(fact, parent) &&
          !this.#unloads(fact, parent, null) &&
          this.#at(fact) >= from &&
          this.#at(fact) <= closing.at,
      );
    const loads = plain.filter(({ record }) => record.bond === bond && record.change === 'add');
    const mine = (load: Fact): boolean =>
      told.some(
        (own) =>
          own.organisation === load.organisation &&
          own.record.event === load.record.event &&
          own.record.time === load.record.time &&
          own.record.change === 'add',
      ) || told.includes(load);
    const contradiction = (since: number, now: number): Why | null => {
      const elsewhere = loads.some(
        (load) =>
          !counted &&
          this.#at(load) === now &&
          this.#has(load, child, 'child') &&
          !this.#has(load, parent, 'parent'),
      );
      if (elsewhere) return new Set(['OVERLAP']);
      const reloaded = loads
        .filter((load) => this.#has(load, parent, 'parent') && this.#at(load) === now && !mine(load))
        .some(() =>
          plain.some((fact) => {
            const seen =
              fact.record.bond === bond && fact.record.change === 'see' && this.#has(fact, parent, 'parent');
            const travels = seen || this.#has(fact, parent, 'subject', 'child');
            return travels && this.#at(fact) >= since && this.#at(fact) < now;
          }),
        );
      return reloaded ? new Set(['RELOADED']) : null;
    };

    const stays: Stay[] = [];
    let box: Open | null = null;
    const inside = (): Open | null => box;
    let unexplained = Infinity;
    const turn = (now: number, why: Why): void => {
      const stay = inside();
      if (stay === null || [...why].sort().join() === [...stay.why].sort().join()) return;
      stay.parts.push({ from: stay.since, to: now, why: stay.why });
      [stay.since, stay.why] = [now, why];
    };
    const open = (from: number, why: Why, step: Step): void => {
      box = {
        from,
        floor: from,
        known: certain || familiar(step),
        since: from,
        why,
        parts: [],
        openers: new Set(step.organisations),
        held: new Map(),
        vague: false,
      };
    };
    const put = (step: Step): void => {
      const stay = inside();
      if (stay === null) return;
      if (step.amounts.length === 0) stay.vague = true;
      for (const { value, unit } of step.amounts)
        stay.held.set(unit ?? '', (stay.held.get(unit ?? '') ?? 0) + Number(value));
    };
    const end = (to: number): void => {
      const stay = inside();
      if (stay === null) return;
      const parts = [...stay.parts, { from: stay.since, to, why: stay.why }];
      stays.push({ from: stay.from, to, why: NONE, parts, openers: stay.openers, known: stay.known });
      box = null;
    };
    const lastClosing = (now: number, told: readonly Step[]): number =>
      Math.min(...told.map(({ organisations }) => lastFor(now, organisations)));
    /** Since when; what strangers cut off since is part of it. */
    const since = (from: number): number => {
      const cut = stays.filter(({ to }) => to > from);
      stays.splice(stays.length - cut.length);
      return Math.min(from, ...cut.map((one) => one.from));
    };
    const lastFor = (now: number, openers: ReadonlySet<string>): number => {
      const after = Math.max(0, ...stays.filter(({ known }) => known).map(({ to }) => to));
      const closings = [...empties, ...removes].filter((one) => one.at < now && one.at > after);
      return Math.max(
        after,
        ...closings
          .filter((one) => mayClose(one, openers, one.at) || this.#vouched(one, parent, plain, now))
          .map(({ at }) => at),
      );
    };
    const reachBack = (stay: Open, now: number, told: readonly Step[]): void => {
      const last = lastClosing(now, told);
      stay.floor = Math.max(stay.floor, last);
      const from = since(last);
      if (from < stay.from) {
        stay.parts = [{ from, to: stay.from, why: new Set(['NO_OPENING']) }, ...stay.parts];
        stay.from = from;
      }
    };
    for (let now = 1; now < this.#end; now += 2) {
      const here = steps.filter(({ at }) => at === now);
      const isRemove = ({ change, why }: Step): boolean => change === 'remove' && why.size === 0;
      const closings = [...empties.filter(({ at }) => at === now), ...here.filter(isRemove)];
      const adds = here.filter(({ change }) => change === 'add');
      const sees = here.filter((step) => step.change !== 'add' && !isRemove(step));
      const before = inside();
      const explained = certain ? adds.length > 0 : adds.some((add) => familiar(add));
      const tell = [...sees, ...closings.filter(({ change }) => change === 'remove')];
      if (before !== null && !before.known && !explained && tell.length > 0) {
        reachBack(before, now, tell);
      }
      if (before !== null) {
        const may = closings.filter((one) => mayClose(one, before.openers, before.floor));
        let left = may.length === 0;
        if (may.every(({ change }) => change === 'remove') && may.length > 0 && counted) {
          const taken = may.map(({ amounts }) => take(before, amounts));
          if (taken.some(({ doubt }) => doubt)) turn(now, join(before.why, new Set(['QUANTITY'])));
          left = !taken.some(({ nothing }) => nothing);
        }
        if (!left) end(now);
        else if (may.length < closings.length) turn(now, join(before.why, new Set(['STRANGER'])));
      }
      const removed = closings.filter((one) => one.change === 'remove' && heard(one));
      const [remove] = removed;
      if (before === null && !explained && remove !== undefined) {
        const organisations = new Set(removed.flatMap((one) => [...one.organisations]));
        const from = since(lastClosing(now, removed));
        open(from, new Set(['NO_OPENING']), { ...remove, organisations });
        turn(now, NONE);
        end(now);
        unexplained = now;
      }
      const sameTime = reason(closings.length > 0, 'SAME_TIME');
      const again = (step: Step, loading: boolean, opened: boolean): void => {
        const stay = inside();
        if (stay === null) return;
        for (const organisation of step.organisations) stay.openers.add(organisation);
        if (certain && closings.length === 0 && !opened) turn(now, NONE);
        if (!certain && counted && loading) turn(now, join(stay.why, step.why));
        if (loading && !stay.known) stay.floor = now;
        stay.known ||= familiar(step);
      };
      let opened = false;
      for (const add of adds) {
        if (inside() === null) {
          open(now, add.why, add);
          turn(now, join(add.why, sameTime, reason(unexplained < now, 'ORDER')));
          opened = true;
        } else again(add, true, opened);
        unexplained = Infinity;
        put(add);
      }
      const ended = inside() === null && stays.at(-1)?.to === now && (certain || stays.at(-1)?.known);
      const [see] = sees;
      if (see !== undefined && !ended) {
        const organisations = new Set(sees.flatMap((one) => [...one.organisations]));
        const step = { ...see, organisations };
        const running = inside();
        if (running !== null) {
          if (!running.known) {
            reachBack(running, now, sees);
            for (const { amounts } of sees) atLeast(running, amounts);
          }
          again(step, false, opened);
        } else {
          const last = lastClosing(now, sees);
          open(since(last), join(new Set(['NO_OPENING']), see.why), step);
          const found = inside();
          if (found !== null) {
            found.floor = last;
            for (const { amounts } of sees) atLeast(found, amounts);
          }
          turn(now, see.why);
          turn(now, join(see.why, sameTime));
        }
      }
      const stay = inside();
      if (certain && stay?.why.size === 0) {
        const found = contradiction(stay.since, now);
        if (found !== null) turn(now, found);
      }
    }
    end(this.#end);
    return stays;
  }

  #vouched(closing: Step, parent: string, plain: readonly Fact[], until: number): boolean {
    return plain.some(
      (fact) =>
        closing.organisations.has(fact.organisation) &&
        this.#names(fact, parent) &&
        !this.#unloads(fact, parent, null) &&
        this.#at(fact) >= closing.at &&
        this.#at(fact) <= until,
    );
  }

  /** The doubts about the pair over these instants. */
  #doubts(parent: string, child: string, bond: string, from: number, to: number): Why {
    const parts = (['certain', 'all'] as const).flatMap((layer) =>
      layer === 'certain' && bond === 'other'
        ? []
        : this.stays(parent, child, bond, layer).flatMap((stay) => stay.parts),
    );
    return join(...parts.filter((part) => part.from <= to && part.to >= from).map(({ why }) => why));
  }

  /** What was plainly put into it or seen in it, but for built-in parts. */
  #loadings(id: string): Fact[] {
    return this.#facts.filter(
      (fact) =>
        fact.why.size === 0 &&
        this.#has(fact, id, 'parent') &&
        fact.record.bond !== null &&
        fact.record.bond !== 'association' &&
        this.#in(fact, 'child').length > 0,
    );
  }

  /** Whether the organisation plainly told of two events of it that do not unload it. */
  #isFamiliar(organisation: string, id: string): boolean {
    const own = this.#facts.filter(
      (fact) =>
        fact.organisation === organisation &&
        fact.why.size === 0 &&
        this.#names(fact, id) &&
        !this.#unloads(fact, id, null),
    );
    return own.some(({ record }) => record.event !== own[0]?.record.event);
  }

  /** What left a container last before the span, if nothing was in it by the word of one who knows it. */
  #lastIn(id: string, span: readonly [number, number]): { child: string; bond: string; stay: Stay }[] {
    const contents = this.#ids().flatMap((child) =>
      ['aggregation', 'other'].flatMap((bond) =>
        this.stays(id, child, bond, 'all').map((stay) => {
          const sure = this.stays(id, child, bond, 'vouched').flatMap(({ parts }) =>
            parts.filter(({ why }) => why.size === 0),
          );
          const vouched = (from: number, to: number): boolean =>
            [...stay.openers].some((organisation) => this.#isFamiliar(organisation, id)) &&
            sure.some((part) => part.from <= Math.min(to, stay.to) && part.to >= Math.max(from, stay.from));
          return { child, bond, stay, vouched };
        }),
      ),
    );
    const inside = contents.some(
      ({ stay, vouched }) => stay.from <= span[1] && stay.to >= span[0] && vouched(span[0], span[1]),
    );
    const before = contents.filter(({ stay }) => stay.to < span[0]);
    const vouchedFor = before.filter(({ stay, vouched }) => vouched(stay.from, stay.to));
    const since = Math.max(...vouchedFor.map(({ stay }) => stay.to));
    return inside ? [] : before.filter(({ stay }) => stay.to >= since);
  }

  layer(layer: Layer): Shown {
    const { traceId, direction } = this.#question;
    if (direction === 'none') return this.#alone(layer);
    const shown: Shown = { ids: new Map(), events: new Map() };
    const ways = direction === 'both' ? ['up', 'down'] : [direction];
    for (const way of ways) this.#follow(layer, way === 'up', traceId, shown);
    return shown;
  }

  #alone(layer: Layer): Shown {
    const { traceId } = this.#question;
    const own = this.#facts.filter(
      (fact) => this.#names(fact, traceId) && (layer === 'all' || fact.why.size === 0),
    );
    return {
      ids: new Map([[traceId, NONE]]),
      events: new Map(own.map(({ record, why }) => [record.recordId, why])),
    };
  }

  #follow(layer: Layer, up: boolean, traceId: string, { ids, events }: Shown): void {
    const [certain, always] = [layer === 'certain', [0, this.#end] as const];
    const done = new Set<string>();
    const work: (() => void)[] = [];
    /** Once, and in `certain` only without a reason. */
    const reach = (id: string, why: Why, key: string, visit: () => void): void => {
      if (certain && why.size > 0) return;
      ids.set(id, join(ids.get(id) ?? NONE, why));
      if (done.has(key)) return;
      done.add(key);
      work.push(visit);
    };
    const show = (fact: Fact, why: Why): void => {
      const all = join(fact.why, why);
      if (certain && all.size > 0) return;
      events.set(fact.record.recordId, join(events.get(fact.record.recordId) ?? NONE, all));
    };
    const of = (id: string): Fact[] => this.#facts.filter((fact) => this.#names(fact, id));
    const bonds = ['aggregation', 'association', 'other'];
    const units = (parent: string, child: string, bond: string): Part[] => {
      const stays = this.stays(parent, child, bond, layer);
      return certain ? stays.flatMap(({ parts }) => parts.filter(({ why }) => why.size === 0)) : stays;
    };
    const doubts = (parent: string, child: string, bond: string, from: number, to: number): Why =>
      certain ? NONE : this.#doubts(parent, child, bond, from, to);
    type Span = readonly [number, number];

    const product = (id: string, why: Why, span: Span, load: boolean): void =>
      reach(id, why, `product ${id} ${span.join()} ${load}`, () => {
        transformations(id, () => NONE);
        lots(id);
        if (load && this.#loadings(id).length > 0) {
          loaded(id, span);
          return;
        }
        for (const fact of of(id))
          if (id === traceId || this.#has(fact, id, ...NOT_PROCESS)) show(fact, NONE);
        containers(id, always, NONE);
        for (const child of this.#ids()) for (const bond of bonds) content(id, child, bond, span, false);
      });
    const content = (
      parent: string,
      child: string,
      bond: string,
      span: Span,
      load: boolean,
      way = NONE,
    ): void => {
      for (const unit of units(parent, child, bond)) {
        const part = [Math.max(unit.from, span[0]), Math.min(unit.to, span[1])] as const;
        if (part[0] > part[1]) continue;
        const why = join(
          way,
          this.#isClass(parent),
          this.#isClass(child),
          doubts(parent, child, bond, ...part),
        );
        product(child, why, part, load);
      }
    };
    const loaded = (id: string, span: Span): void => {
      for (const fact of of(id)) if (this.#has(fact, id, 'input', 'output')) show(fact, NONE);
      for (const child of this.#ids())
        for (const bond of bonds)
          if (this.stays(id, child, bond, 'all').some((stay) => stay.from <= span[1] && stay.to >= span[0])) {
            content(id, child, bond, span, true);
            holds(id, child, bond, span, NONE);
          }
      for (const { child, bond, stay } of this.#lastIn(id, span)) {
        product(child, join(new Set(['EMPTIED']), this.#isClass(child)), [stay.from, stay.to], true);
        holds(id, child, bond, [stay.from, stay.to], new Set(['EMPTIED']));
      }
      if (this.#loadings(id).some(({ organisation }) => this.#isFamiliar(organisation, id))) return;
      const stranger = new Set(['STRANGER']);
      if (certain) return;
      for (const fact of of(id)) if (this.#has(fact, id, ...NOT_PROCESS)) show(fact, stranger);
      containers(id, always, stranger);
      for (const child of this.#ids())
        for (const bond of bonds) content(id, child, bond, span, false, stranger);
    };
    const containers = (child: string, span: Span, way: Why): void => {
      for (const parent of this.#ids()) for (const bond of bonds) holds(parent, child, bond, span, way);
    };
    const holds = (parent: string, child: string, bond: string, span: Span, way: Why): void => {
      for (const unit of units(parent, child, bond)) {
        const [from, to] = [Math.max(unit.from, span[0]), Math.min(unit.to, span[1])];
        if (from > to) continue;
        const why = join(way, this.#isClass(parent), this.#isClass(child));
        const key = `container ${parent} ${child} ${bond} ${from} ${to} ${unit.from} ${unit.to} ${[...why].join()}`;
        reach(parent, join(why, doubts(parent, child, bond, from, to)), key, () => {
          inContainer(parent, child, bond, unit, [from, to], why);
          containers(parent, [from, to], NONE);
          if (!up) emptied(parent, child, bond, [from, to], why);
        });
      }
    };
    /** Used as input after what left it last: that may have gone into the outputs. */
    const emptied = (parent: string, child: string, bond: string, span: Span, way: Why): void => {
      if (certain || this.#loadings(parent).length === 0) return;
      for (const fact of of(parent).filter((one) => this.#has(one, parent, 'input'))) {
        const isLast = this.#lastIn(parent, [this.#at(fact), this.#at(fact)]).some(
          (one) =>
            one.child === child && one.bond === bond && one.stay.from <= span[1] && one.stay.to >= span[0],
        );
        if (isLast) beyond(fact, 'output', join(way, new Set(['EMPTIED'])));
      }
    };
    const inContainer = (
      parent: string,
      child: string,
      bond: string,
      unit: Part,
      span: Span,
      way: Why,
    ): void => {
      for (const fact of of(parent)) {
        const at = this.#at(fact);
        if (at < span[0] || at > span[1]) continue;
        const asParent = fact.record.bond === bond && this.#has(fact, parent, 'parent');
        const own = asParent && this.#in(fact, 'child').includes(child);
        const loads = asParent && fact.record.change === 'add';
        const unloads = this.#unloads(fact, parent, bond);
        const atBound = at === unit.from || at === unit.to;
        const plain = of(parent).filter(
          (one) => one.why.size === 0 && this.#at(one) === at && one.record.bond === bond,
        );
        const turnaround =
          plain.some((one) => this.#has(one, parent, 'parent') && one.record.change === 'add') &&
          plain.some((one) => this.#unloads(one, parent, bond));
        const why = join(way, doubts(parent, child, bond, at, at));
        const sameTime = reason(atBound && turnaround, 'SAME_TIME');
        if (!up && this.#has(fact, parent, 'input')) beyond(fact, 'output', join(why, sameTime));
        if (own) show(fact, why);
        if (loads ? at !== unit.to : unloads ? at !== unit.from : true)
          show(fact, join(why, loads || unloads ? NONE : sameTime));
      }
    };
    const transformations = (id: string, part: (fact: Fact) => Why): void => {
      const [own, other] = up ? ['output', 'input'] : ['input', 'output'];
      for (const fact of of(id)) {
        if (!this.#in(fact, own).includes(id)) continue;
        beyond(fact, other, join(part(fact), this.#isClass(id), up ? this.#twice(id) : NONE));
      }
    };
    const beyond = (fact: Fact, side: string, way: Why): void => {
      const why = join(fact.why, way);
      sides(fact, side, why);
      for (const process of this.#in(fact, 'process')) processed(process, why, fact.organisation);
    };
    const sides = (fact: Fact, side: string, why: Why): void => {
      const at = this.#at(fact);
      for (const id of this.#in(fact, side)) {
        const twice = side === 'output' ? this.#twice(id) : NONE;
        product(
          id,
          join(why, this.#isClass(id), twice),
          [at, side === 'input' ? at : this.#end],
          side === 'input',
        );
      }
    };
    const processed = (id: string, why: Why, organisation: string | null): void =>
      reach(id, why, `process ${id} ${organisation ?? ''}`, () => {
        for (const fact of of(id)) {
          const counts =
            this.#has(fact, id, 'process') &&
            fact.record.traces.some(({ role }) => role === (up ? 'input' : 'output'));
          if (!counts) continue;
          const other = reason(
            organisation !== null && organisation !== fact.organisation,
            'OTHER_ORGANISATION',
          );
          show(fact, other);
          sides(fact, up ? 'input' : 'output', join(fact.why, other));
        }
      });
    const lots = (id: string): void => {
      for (const other of this.#ids()) {
        const part = this.#ofLot(id, other);
        if (part !== null) lotOf(other, join(part, reason(!up, 'LOT_PART')));
        const item = this.#question.natureOf(id) === 'lot' ? this.#ofLot(other, id) : null;
        if (item !== null) product(other, item, always, false);
      }
    };
    const lotOf = (id: string, why: Why): void =>
      reach(id, why, `lot ${id}`, () => {
        const part = (fact: Fact): Why => reason(!(up && this.#makes(fact, id)), 'LOT_PART');
        for (const fact of of(id)) if (this.#has(fact, id, ...NOT_LOT)) show(fact, part(fact));
        transformations(id, part);
        containers(id, always, new Set(['LOT_PART']));
      });

    product(traceId, NONE, always, false);
    if (of(traceId).some((fact) => this.#has(fact, traceId, 'process'))) processed(traceId, NONE, null);
    for (let visit = work.shift(); visit !== undefined; visit = work.shift()) visit();
  }
}

const NOT_PROCESS = ['subject', 'input', 'output', 'parent', 'child', 'lot'];
const NOT_LOT = ['subject', 'input', 'output', 'parent', 'child', 'process'];

/** What was seen is in, at least. */
function atLeast(stay: Open, amounts: readonly Amount[]): void {
  if (amounts.length === 0) stay.vague = true;
  for (const { value, unit } of amounts)
    stay.held.set(unit ?? '', Math.max(stay.held.get(unit ?? '') ?? 0, Number(value)));
}

/** Takes the amounts out of what is in, and says whether nothing is left and whether that is in doubt. */
function take(stay: Open, amounts: readonly Amount[]): { nothing: boolean; doubt: boolean } {
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
