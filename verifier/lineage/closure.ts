import type { Budget } from './budget.js';
import { Covered } from './covered.js';
import { leads, makes, type Makings } from './edges.js';
import type { Entry, History } from './history.js';
import { usedIn, type Held } from './in-container.js';
import { layOver } from './laid.js';
import type { Loads } from './loads.js';
import { doubtsIn, type Pairs, type Windows } from './pairs.js';
import { CERTAIN, why, type Why } from './reasons.js';
import { Rounds, added, type Node } from './rounds.js';
import { ALL_TIMES, Spans } from './spans.js';
import type { Steps, Work } from './steps-of-work.js';
import { EVER, FOREVER, meeting, type Span } from './times.js';
import type { LineageQuestion, Way } from './types.js';

const BEYOND_CLASS = why('CLASS_ONLY');
const EMPTIED = why('EMPTIED');
const LOT_PART = why('LOT_PART');
const OTHER_ORGANISATION = why('OTHER_ORGANISATION');
const STRANGER = why('STRANGER');

/** Operations that a pair's windows take, about. */
const WINDOWS = 10;

/** What the closures of a lineage share. */
export interface ClosureParts {
  readonly history: History;
  readonly pairs: Pairs;
  readonly makings: Makings;
  readonly loads: Loads;
  readonly budget: Budget;
  readonly work: Work;
}

/** What is reached one way from the identifier asked for, in one layer; without a way the identifier alone. */
export class Closure {
  /** Products of which every event belongs to the lineage; of others only transformations and what `held` shows. */
  readonly whole = new Set<string>();
  readonly loads = new Set<string>();
  /** Of those the ones that only strangers put anything into. */
  readonly doubted = new Set<string>();
  readonly held = new Map<string, Held[]>();
  /** Containers whose own events bear on the windows of what was reached. */
  readonly consulted = new Set<string>();
  readonly way: Way | null;
  readonly #question: LineageQuestion;
  readonly #parts: ClosureParts;
  readonly #pairs: Pairs;
  readonly #makings: Makings;
  readonly #work: Work;
  readonly #certain: boolean;
  readonly #rounds: Rounds;
  readonly #contents = new Map<string, Covered>();
  readonly #containers = new Map<string, Covered>();
  /** Single times at which a container was gone through as a load, and spans. */
  readonly #loaded = new Map<string, Covered>();
  readonly #loadedSpans = new Set<string>();

  constructor(question: LineageQuestion, parts: ClosureParts, layer: 'certain' | 'all', way: Way | null) {
    this.way = way;
    this.#question = question;
    this.#parts = parts;
    [this.#pairs, this.#makings, this.#work] = [parts.pairs, parts.makings, parts.work];
    this.#certain = layer === 'certain';
    this.#rounds = new Rounds(parts.budget, this.#certain);
  }

  /** Follows everything, round by round. */
  *run(): Steps<void> {
    const { traceId } = this.#question;
    this.#rounds.reach({ kind: 'product', id: traceId, times: ALL_TIMES, load: false }, CERTAIN, null);
    if (this.way === null) {
      this.#rounds.next();
      this.whole.add(traceId);
      return;
    }
    if (this.#entries(traceId).some((entry) => isProcess(entry)))
      this.#rounds.reach({ kind: 'process', id: traceId, organisation: null }, CERTAIN, null);
    for (let round = this.#rounds.next(); round.size > 0; round = this.#rounds.next())
      for (const [id, nodes] of round) yield* this.#visit(id, nodes);
  }

  get reached(): Rounds['reached'] {
    return this.#rounds.reached;
  }

  get lots(): Rounds['lots'] {
    return this.#rounds.lots;
  }

  get processes(): Rounds['processes'] {
    return this.#rounds.processes;
  }

  /** All that a round led to of one identifier. */
  *#visit(id: string, nodes: readonly Node[]): Steps<void> {
    const held: Held[] = [];
    const products: { times: Spans; load: boolean }[] = [];
    for (const node of nodes) {
      if (node.kind === 'product') products.push(node);
      else if (node.kind === 'container') held.push(node.held);
      else if (node.kind === 'process') yield* this.#process(id, node.organisation);
      else {
        yield* this.#transformations(id, (entry) => (this.#up && makes(entry) ? CERTAIN : LOT_PART));
        yield* this.#containersOf(id, ALL_TIMES, LOT_PART);
      }
    }
    if (products.length > 0) yield* this.#product(id, products);
    if (held.length > 0) yield* this.#container(id, held);
  }

  get #up(): boolean {
    return this.way === 'up';
  }

  *#product(id: string, nodes: readonly { readonly times: Spans; readonly load: boolean }[]): Steps<void> {
    if (!this.whole.has(id) && !this.loads.has(id)) {
      yield* this.#transformations(id, () => CERTAIN);
      yield* this.#lots(id);
    }
    const asLoad = nodes.filter(({ load }) => load);
    if (asLoad.length > 0) yield* this.#pairs.readContents(id, this.#work);
    const isHolder = asLoad.length > 0 && this.#parts.loads.container(id).isHolder;
    const whole = isHolder ? nodes.filter(({ load }) => !load) : nodes;
    if (isHolder) {
      const times = asLoad.map((node) => node.times);
      const points = times.filter(({ arePoints }) => arePoints);
      if (points.length > 0) yield* this.#load(id, this.#fresh(this.#loaded, id, Spans.union(points)));
      for (const spans of times)
        if (!spans.arePoints && added(this.#loadedSpans, JSON.stringify([id, [...spans]])))
          for (const span of spans) yield* this.#load(id, Spans.of([span]));
    }
    if (whole.length === 0) return;
    if (added(this.whole, id)) yield* this.#containersOf(id, ALL_TIMES, CERTAIN);
    yield* this.#contentsOf(
      id,
      this.#fresh(this.#contents, id, Spans.union(whole.map(({ times }) => times))),
    );
  }

  /** What it held at these times. What the limit leaves anyway is not looked at. */
  *#contentsOf(id: string, times: Spans): Steps<void> {
    if (times.isEmpty) return;
    const { budget } = this.#parts;
    const isAlways = times.hull?.from === EVER && times.hull.to === FOREVER && times.count === 1;
    const found = new Set<string>();
    for (const windows of yield* this.#pairs.readContents(id, this.#work)) {
      const { child } = windows;
      const isLeft = isAlways && found.size >= budget.room && !budget.has(child) && !found.has(child);
      if (this.#work.isDue(isLeft ? 1 : WINDOWS)) yield;
      if (isLeft) {
        // Whatever is told of it, it was in at some time; `certain` leaves the same to be named by `all`.
        if (!this.#certain) budget.leaves(child, windows.entries[0] ?? null);
      } else if (this.#content(windows, times, false) && !budget.has(child)) found.add(child);
    }
  }

  /** From an event where it is output to the inputs, or the other way, and by the event's process. */
  *#transformations(id: string, part: (entry: Entry) => Why): Steps<void> {
    const [own, other] = this.#up ? (['output', 'input'] as const) : (['input', 'output'] as const);
    for (const entry of this.#entries(id)) {
      if (this.#work.isDue()) yield;
      if (!entry.row.roles.includes(own) || !leads(entry, id, own, this.#natureOf(id))) continue;
      const twice = this.#up ? this.#makings.twice(id) : CERTAIN;
      this.#beyond(entry, other, part(entry) | this.#classOnly(id) | twice);
    }
  }

  /** What is on the other side of a transformation, directly or by its process. */
  #beyond(entry: Entry, side: 'input' | 'output', because: Why): void {
    this.#side(entry, side, entry.why | because);
    const { organisation } = entry.place;
    for (const id of this.#makings.idsIn(entry, 'process'))
      this.#rounds.reach({ kind: 'process', id, organisation }, entry.why | because, entry);
  }

  /** The inputs of an event as they were then, or its outputs from then on. */
  #side(entry: Entry, role: 'input' | 'output', because: Why): void {
    const times = Spans.of([{ from: entry.time, to: role === 'input' ? entry.time : FOREVER }]);
    for (const id of this.#makings.idsIn(entry, role)) {
      const more = this.#classOnly(id) | (role === 'output' ? this.#makings.twice(id) : CERTAIN);
      this.#rounds.reach({ kind: 'product', id, times, load: role === 'input' }, because | more, entry);
    }
  }

  *#process(id: string, organisation: string | null): Steps<void> {
    const [row, side] = this.#up
      ? (['process-gives', 'input'] as const)
      : (['process-takes', 'output'] as const);
    for (const entry of this.#entries(id)) {
      if (this.#work.isDue()) yield;
      if (!entry.row.roles.includes(row)) continue;
      const other = organisation !== null && organisation !== entry.place.organisation;
      this.#side(entry, side, entry.why | (other ? OTHER_ORGANISATION : CERTAIN));
    }
  }

  /** The items of a lot, and the lots of an item. */
  *#lots(id: string): Steps<void> {
    for (const [lot, because] of this.#makings.lotsOf(id)) {
      const down = this.#up ? CERTAIN : LOT_PART;
      this.#rounds.reach({ kind: 'lot', id: lot }, because | down, null);
    }
    if (this.#natureOf(id) !== 'lot') return;
    for (const [item, because] of yield* this.#makings.itemsOf(id, this.#work)) {
      if (this.#work.isDue(WINDOWS)) yield;
      this.#rounds.reach({ kind: 'product', id: item, times: ALL_TIMES, load: false }, because, null);
    }
  }

  /** A container that was used as input stands for its load at those times, not for its past. */
  *#load(id: string, times: Spans): Steps<void> {
    if (times.isEmpty) return;
    this.loads.add(id);
    const container = this.#parts.loads.container(id);
    // Worked out here, step by step, and not all at once.
    for (const { stays } of yield* this.#pairs.readContents(id, this.#work))
      if (this.#work.isDue(WINDOWS + stays.length)) yield;
    for (const windows of container.held(times)) {
      if (this.#work.isDue(WINDOWS)) yield;
      this.#content(windows, times, true);
      this.#holds(windows, times, CERTAIN);
    }
    for (const { windows, stay } of container.lastBefore(times)) {
      if (this.#work.isDue(WINDOWS)) yield;
      const because = EMPTIED | this.#classOnly(windows.child);
      const then = Spans.of([{ from: stay.from, to: stay.to }]);
      this.#rounds.reach({ kind: 'product', id: windows.child, times: then, load: true }, because, null);
      this.#holds(windows, then, EMPTIED);
    }
    if (container.isVouched) return;
    if (added(this.doubted, id)) yield* this.#containersOf(id, ALL_TIMES, STRANGER);
    for (const windows of container.held(times)) {
      if (this.#work.isDue(WINDOWS)) yield;
      this.#content(windows, times, false, STRANGER);
    }
  }

  /** The child of a product, in what its windows have of the times; says whether they have any. */
  #content(windows: Windows, times: Spans, load: boolean, way = CERTAIN): boolean {
    const { child, holder } = windows;
    let found = false;
    for (const [, part] of this.#partsIn(windows, times)) {
      const because = way | this.#doubt(windows, part) | this.#classOnly(child) | this.#classOnly(holder);
      this.#rounds.reach(
        { kind: 'product', id: child, times: part, load },
        because,
        windows.entries[0] ?? null,
      );
      found ||= !this.#certain || because === CERTAIN;
    }
    return found;
  }

  /** The containers of something, while it was in them and at these times. */
  *#containersOf(child: string, times: Spans, way: Why): Steps<void> {
    const { hull } = times;
    if (hull === null) return;
    for (const windows of yield* this.#pairs.readContainers(child, this.#work)) {
      if (this.#work.isDue(WINDOWS)) yield;
      if (meeting(windows.unemptied, hull).some((span) => times.meets(span)))
        this.consulted.add(windows.holder);
      this.#holds(windows, times, way);
    }
  }

  #holds(windows: Windows, times: Spans, way: Why): void {
    const { child, holder } = windows;
    const because = way | this.#classOnly(child) | this.#classOnly(holder);
    for (const [stay, part] of this.#partsIn(windows, times)) {
      const held = { windows, stay, times: part, why: because };
      const node = { kind: 'container', id: holder, held } as const;
      this.#rounds.reach(node, because | this.#doubt(windows, part), windows.entries[0] ?? null);
    }
  }

  /** The stays that have any of the times, each with what it has; in `certain` its certain parts. */
  *#partsIn(windows: Windows, times: Spans): Generator<[stay: Span, part: Spans], void, void> {
    const { hull } = times;
    if (hull === null) return;
    for (const stay of meeting<Span>(this.#certain ? windows.certain : windows.stays, hull)) {
      const part = times.part(stay);
      if (!part.isEmpty) yield [stay, part];
    }
  }

  *#container(id: string, held: readonly Held[]): Steps<void> {
    const all = this.held.get(id) ?? [];
    this.held.set(id, all);
    for (const one of held) all.push(one);
    const times = Spans.union(held.map((one) => one.times));
    yield* this.#containersOf(id, this.#fresh(this.#containers, id, times), CERTAIN);
    if (this.#up) return;
    const inputs = this.#parts.loads.inputsOf(id);
    if (inputs.length === 0) return;
    for (const [at, because] of usedIn(inputs, held, this.#pairs, this.#certain).entries()) {
      if (this.#work.isDue()) yield;
      const entry = inputs[at];
      if (entry !== undefined && because !== null) this.#beyond(entry, 'output', because);
    }
    if (!this.#certain) yield* this.#usedEmptied(id, held);
  }

  /** Down from what left a container last before that was used as input. */
  *#usedEmptied(id: string, held: readonly Held[]): Steps<void> {
    yield* this.#pairs.readContents(id, this.#work);
    const container = this.#parts.loads.container(id);
    if (!container.isHolder) return;
    const { emptied } = container;
    const layers = held.flatMap(({ windows, times, why: way }) =>
      (times.hull === null ? [] : meeting(windows.stays, times.hull))
        .filter((stay) => times.meets(stay))
        .map((stay) => ({
          ...container.usesAfter({ windows, stay }),
          times: ALL_TIMES,
          why: way | EMPTIED,
        })),
    );
    for (const [at, because] of layOver(emptied, layers).entries()) {
      if (this.#work.isDue()) yield;
      const entry = emptied[at];
      if (entry !== undefined && because !== null) this.#beyond(entry, 'output', because);
    }
  }

  /** In `certain` only certain parts are gone through. */
  #doubt(windows: Windows, times: Spans): Why {
    const { hull } = times;
    if (this.#certain || hull === null) return CERTAIN;
    let because = CERTAIN;
    for (const part of doubtsIn(windows, hull)) if (times.meets(part)) because |= part.why;
    return because;
  }

  /** What of the times no earlier call had. */
  #fresh(known: Map<string, Covered>, id: string, times: Spans): Spans {
    const covered = known.get(id) ?? new Covered();
    known.set(id, covered);
    return covered.add(times);
  }

  #entries(id: string): readonly Entry[] {
    return this.#parts.history.trace(id).entries;
  }

  #natureOf(id: string): ReturnType<LineageQuestion['natureOf']> {
    return this.#question.natureOf(id);
  }

  #classOnly(id: string): Why {
    return this.#natureOf(id) === 'class' ? BEYOND_CLASS : CERTAIN;
  }
}

function isProcess({ row: { roles } }: Entry): boolean {
  return roles.includes('process-gives') || roles.includes('process-takes');
}
