import { doubtsOf, lastIn, type Span } from './contents.js';
import type { Facts } from './facts.js';
import type { Part } from './open-stay.js';
import { staysOf } from './stays.js';
import type { Fact, Layer } from './types.js';
import { join, NONE, reason, type Why } from './why.js';

/** What a layer reaches and shows, by TraceID and record id, each with its reasons. */
export interface Shown {
  readonly ids: Map<string, Why>;
  readonly events: Map<string, Why>;
}

const BONDS = ['aggregation', 'association', 'other'];
const NOT_PROCESS = ['subject', 'input', 'output', 'parent', 'child', 'lot'];
const NOT_LOT = ['subject', 'input', 'output', 'parent', 'child', 'process'];

/** Follows one direction in a layer, and adds what it finds to `shown`. */
export function follow(facts: Facts, layer: Layer, up: boolean, traceId: string, shown: Shown): void {
  new Follower(facts, layer, up, traceId, shown).run();
}

class Follower {
  readonly #facts: Facts;
  readonly #layer: Layer;
  readonly #certain: boolean;
  readonly #up: boolean;
  readonly #traceId: string;
  readonly #shown: Shown;
  readonly #always: Span;
  readonly #done = new Set<string>();
  readonly #work: (() => void)[] = [];

  constructor(facts: Facts, layer: Layer, up: boolean, traceId: string, shown: Shown) {
    [this.#facts, this.#layer, this.#up, this.#traceId, this.#shown] = [facts, layer, up, traceId, shown];
    this.#certain = layer === 'certain';
    this.#always = [0, facts.end];
  }

  run(): void {
    this.#product(this.#traceId, NONE, this.#always, false);
    if (this.#of(this.#traceId).some((fact) => this.#facts.has(fact, this.#traceId, 'process')))
      this.#processed(this.#traceId, NONE, null);
    for (let visit = this.#work.shift(); visit !== undefined; visit = this.#work.shift()) visit();
  }

  /** Once, and in `certain` only without a reason. */
  #reach(id: string, why: Why, key: string, visit: () => void): void {
    if (this.#certain && why.size > 0) return;
    this.#shown.ids.set(id, join(this.#shown.ids.get(id) ?? NONE, why));
    if (this.#done.has(key)) return;
    this.#done.add(key);
    this.#work.push(visit);
  }

  #show(fact: Fact, why: Why): void {
    const all = join(fact.why, why);
    if (this.#certain && all.size > 0) return;
    this.#shown.events.set(
      fact.record.recordId,
      join(this.#shown.events.get(fact.record.recordId) ?? NONE, all),
    );
  }

  #of(id: string): Fact[] {
    return this.#facts.all.filter((fact) => this.#facts.names(fact, id));
  }

  #units(parent: string, child: string, bond: string): Part[] {
    const stays = staysOf(this.#facts, parent, child, bond, this.#layer);
    return this.#certain ? stays.flatMap(({ parts }) => parts.filter(({ why }) => why.size === 0)) : stays;
  }

  #doubts(parent: string, child: string, bond: string, from: number, to: number): Why {
    return this.#certain ? NONE : doubtsOf(this.#facts, parent, child, bond, from, to);
  }

  #product(id: string, why: Why, span: Span, load: boolean): void {
    this.#reach(id, why, `product ${id} ${span.join()} ${load}`, () => {
      this.#transformations(id, () => NONE);
      this.#lots(id);
      if (load && this.#facts.loadings(id).length > 0) {
        this.#loaded(id, span);
        return;
      }
      for (const fact of this.#of(id))
        if (id === this.#traceId || this.#facts.has(fact, id, ...NOT_PROCESS)) this.#show(fact, NONE);
      this.#containers(id, this.#always, NONE);
      for (const child of this.#facts.ids())
        for (const bond of BONDS) this.#content(id, child, bond, span, false);
    });
  }

  #content(parent: string, child: string, bond: string, span: Span, load: boolean, way = NONE): void {
    for (const unit of this.#units(parent, child, bond)) {
      const part = [Math.max(unit.from, span[0]), Math.min(unit.to, span[1])] as const;
      if (part[0] > part[1]) continue;
      const why = join(
        way,
        this.#facts.isClass(parent),
        this.#facts.isClass(child),
        this.#doubts(parent, child, bond, ...part),
      );
      this.#product(child, why, part, load);
    }
  }

  #loaded(id: string, span: Span): void {
    for (const fact of this.#of(id)) if (this.#facts.has(fact, id, 'input', 'output')) this.#show(fact, NONE);
    for (const child of this.#facts.ids())
      for (const bond of BONDS)
        if (
          staysOf(this.#facts, id, child, bond, 'all').some(
            (stay) => stay.from <= span[1] && stay.to >= span[0],
          )
        ) {
          this.#content(id, child, bond, span, true);
          this.#holds(id, child, bond, span, NONE);
        }
    for (const { child, bond, stay } of lastIn(this.#facts, id, span)) {
      this.#product(
        child,
        join(new Set(['EMPTIED']), this.#facts.isClass(child)),
        [stay.from, stay.to],
        true,
      );
      this.#holds(id, child, bond, [stay.from, stay.to], new Set(['EMPTIED']));
    }
    if (this.#facts.loadings(id).some(({ organisation }) => this.#facts.isFamiliar(organisation, id))) return;
    const stranger = new Set(['STRANGER']);
    if (this.#certain) return;
    for (const fact of this.#of(id))
      if (this.#facts.has(fact, id, ...NOT_PROCESS)) this.#show(fact, stranger);
    this.#containers(id, this.#always, stranger);
    for (const child of this.#facts.ids())
      for (const bond of BONDS) this.#content(id, child, bond, span, false, stranger);
  }

  #containers(child: string, span: Span, way: Why): void {
    for (const parent of this.#facts.ids())
      for (const bond of BONDS) this.#holds(parent, child, bond, span, way);
  }

  #holds(parent: string, child: string, bond: string, span: Span, way: Why): void {
    for (const unit of this.#units(parent, child, bond)) {
      const [from, to] = [Math.max(unit.from, span[0]), Math.min(unit.to, span[1])];
      if (from > to) continue;
      const why = join(way, this.#facts.isClass(parent), this.#facts.isClass(child));
      const key = `container ${parent} ${child} ${bond} ${from} ${to} ${unit.from} ${unit.to} ${[...why].join()}`;
      this.#reach(parent, join(why, this.#doubts(parent, child, bond, from, to)), key, () => {
        this.#inContainer(parent, child, bond, unit, [from, to], why);
        this.#containers(parent, [from, to], NONE);
        if (!this.#up) this.#emptied(parent, child, bond, [from, to], why);
      });
    }
  }

  /** Used as input after what left it last: that may have gone into the outputs. */
  #emptied(parent: string, child: string, bond: string, span: Span, way: Why): void {
    if (this.#certain || this.#facts.loadings(parent).length === 0) return;
    for (const fact of this.#of(parent).filter((one) => this.#facts.has(one, parent, 'input'))) {
      const isLast = lastIn(this.#facts, parent, [this.#facts.at(fact), this.#facts.at(fact)]).some(
        (one) =>
          one.child === child && one.bond === bond && one.stay.from <= span[1] && one.stay.to >= span[0],
      );
      if (isLast) this.#beyond(fact, 'output', join(way, new Set(['EMPTIED'])));
    }
  }

  #inContainer(parent: string, child: string, bond: string, unit: Part, span: Span, way: Why): void {
    for (const fact of this.#of(parent)) {
      const at = this.#facts.at(fact);
      if (at < span[0] || at > span[1]) continue;
      const asParent = fact.record.bond === bond && this.#facts.has(fact, parent, 'parent');
      const own = asParent && this.#facts.in(fact, 'child').includes(child);
      const loads = asParent && fact.record.change === 'add';
      const unloads = this.#facts.unloads(fact, parent, bond);
      const atBound = at === unit.from || at === unit.to;
      const plain = this.#of(parent).filter(
        (one) => one.why.size === 0 && this.#facts.at(one) === at && one.record.bond === bond,
      );
      const turnaround =
        plain.some((one) => this.#facts.has(one, parent, 'parent') && one.record.change === 'add') &&
        plain.some((one) => this.#facts.unloads(one, parent, bond));
      const why = join(way, this.#doubts(parent, child, bond, at, at));
      const sameTime = reason(atBound && turnaround, 'SAME_TIME');
      if (!this.#up && this.#facts.has(fact, parent, 'input'))
        this.#beyond(fact, 'output', join(why, sameTime));
      if (own) this.#show(fact, why);
      if (loads ? at !== unit.to : unloads ? at !== unit.from : true)
        this.#show(fact, join(why, loads || unloads ? NONE : sameTime));
    }
  }

  #transformations(id: string, part: (fact: Fact) => Why): void {
    const [own, other] = this.#up ? ['output', 'input'] : ['input', 'output'];
    for (const fact of this.#of(id)) {
      if (!this.#facts.in(fact, own).includes(id)) continue;
      this.#beyond(
        fact,
        other,
        join(part(fact), this.#facts.isClass(id), this.#up ? this.#facts.twice(id) : NONE),
      );
    }
  }

  #beyond(fact: Fact, side: string, way: Why): void {
    const why = join(fact.why, way);
    this.#sides(fact, side, why);
    for (const process of this.#facts.in(fact, 'process')) this.#processed(process, why, fact.organisation);
  }

  #sides(fact: Fact, side: string, why: Why): void {
    const at = this.#facts.at(fact);
    for (const id of this.#facts.in(fact, side)) {
      const twice = side === 'output' ? this.#facts.twice(id) : NONE;
      this.#product(
        id,
        join(why, this.#facts.isClass(id), twice),
        [at, side === 'input' ? at : this.#facts.end],
        side === 'input',
      );
    }
  }

  #processed(id: string, why: Why, organisation: string | null): void {
    this.#reach(id, why, `process ${id} ${organisation ?? ''}`, () => {
      for (const fact of this.#of(id)) {
        const counts =
          this.#facts.has(fact, id, 'process') &&
          fact.record.traces.some(({ role }) => role === (this.#up ? 'input' : 'output'));
        if (!counts) continue;
        const other = reason(
          organisation !== null && organisation !== fact.organisation,
          'OTHER_ORGANISATION',
        );
        this.#show(fact, other);
        this.#sides(fact, this.#up ? 'input' : 'output', join(fact.why, other));
      }
    });
  }

  #lots(id: string): void {
    for (const other of this.#facts.ids()) {
      const part = this.#facts.ofLot(id, other);
      if (part !== null) this.#lotOf(other, join(part, reason(!this.#up, 'LOT_PART')));
      const item = this.#facts.natureOf(id) === 'lot' ? this.#facts.ofLot(other, id) : null;
      if (item !== null) this.#product(other, item, this.#always, false);
    }
  }

  #lotOf(id: string, why: Why): void {
    this.#reach(id, why, `lot ${id}`, () => {
      const part = (fact: Fact): Why => reason(!(this.#up && this.#facts.makes(fact, id)), 'LOT_PART');
      for (const fact of this.#of(id))
        if (this.#facts.has(fact, id, ...NOT_LOT)) this.#show(fact, part(fact));
      this.#transformations(id, part);
      this.#containers(id, this.#always, new Set(['LOT_PART']));
    });
  }
}
