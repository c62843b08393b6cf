import type { Budget } from './budget.js';
import { leads, makes, type Makings } from './edges.js';
import type { Entry, History } from './history.js';
import type { Held } from './in-container.js';
import type { Loads } from './loads.js';
import { doubtAt, doubtsIn, type Pairs, type Windows } from './pairs.js';
import { CERTAIN, why, type Why } from './reasons.js';
import { Rounds, added, type Node } from './rounds.js';
import { ALWAYS, Covered, FOREVER, lowerBound, meet, meeting, type Span } from './times.js';
import type { LineageQuestion, Way } from './types.js';

const BEYOND_CLASS = why('CLASS_ONLY');
const EMPTIED = why('EMPTIED');
const LOT_PART = why('LOT_PART');
const OTHER_ORGANISATION = why('OTHER_ORGANISATION');
const SAME_TIME = why('SAME_TIME');
const STRANGER = why('STRANGER');

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
  readonly #history: History;
  readonly #pairs: Pairs;
  readonly #makings: Makings;
  readonly #loads: Loads;
  readonly #certain: boolean;
  readonly #rounds: Rounds;
  readonly #contents = new Map<string, Covered>();
  readonly #containers = new Map<string, Covered>();
  readonly #loaded = new Set<string>();

  constructor(
    question: LineageQuestion,
    parts: { history: History; pairs: Pairs; makings: Makings; loads: Loads; budget: Budget },
    layer: 'certain' | 'all',
    way: Way | null,
  ) {
    this.way = way;
    this.#question = question;
    this.#history = parts.history;
    this.#pairs = parts.pairs;
    this.#makings = parts.makings;
    this.#loads = parts.loads;
    this.#certain = layer === 'certain';
    this.#rounds = new Rounds(parts.budget, this.#certain);
    const { traceId } = question;
    this.#rounds.reach({ kind: 'product', id: traceId, span: ALWAYS, load: false }, CERTAIN, null);
    if (way === null) {
      this.#rounds.next();
      this.whole.add(traceId);
      return;
    }
    if (this.#history.trace(traceId).entries.some((entry) => isProcess(entry)))
      this.#rounds.reach({ kind: 'process', id: traceId, organisation: null }, CERTAIN, null);
    for (let round = this.#rounds.next(); round.length > 0; round = this.#rounds.next())
      for (const node of round) this.#visit(node);
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

  #visit(node: Node): void {
    switch (node.kind) {
      case 'product': {
        this.#product(node.id, node.span, node.load && this.#loads.container(node.id).isHolder);
        return;
      }
      case 'container': {
        this.#container(node.id, node.held);
        return;
      }
      case 'lot': {
        this.#transformations(node.id, (entry) => (this.#up && makes(entry) ? CERTAIN : LOT_PART));
        this.#containersOf(node.id, ALWAYS, LOT_PART);
        return;
      }
      case 'process': {
        this.#process(node.id, node.organisation);
        return;
      }
    }
  }

  get #up(): boolean {
    return this.way === 'up';
  }

  #product(id: string, span: Span, load: boolean): void {
    if (!this.whole.has(id) && !this.loads.has(id)) {
      this.#transformations(id, () => CERTAIN);
      this.#lots(id);
    }
    if (load) {
      this.loads.add(id);
      if (added(this.#loaded, JSON.stringify([id, span.from, span.to]))) this.#load(id, span);
      return;
    }
    if (added(this.whole, id)) this.#containersOf(id, ALWAYS, CERTAIN);
    const covered = this.#contents.get(id) ?? new Covered();
    this.#contents.set(id, covered);
    for (const part of covered.add(span))
      for (const windows of this.#pairs.contentsOf(id)) this.#content(windows, part, false);
  }

  /** From an event where it is output to the inputs, or the other way, and by the event's process. */
  #transformations(id: string, part: (entry: Entry) => Why): void {
    const [own, other] = this.#up ? (['output', 'input'] as const) : (['input', 'output'] as const);
    for (const entry of this.#history.trace(id).entries) {
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
    const span = { from: entry.time, to: role === 'input' ? entry.time : FOREVER };
    for (const id of this.#makings.idsIn(entry, role)) {
      const more = this.#classOnly(id) | (role === 'output' ? this.#makings.twice(id) : CERTAIN);
      this.#rounds.reach({ kind: 'product', id, span, load: role === 'input' }, because | more, entry);
    }
  }

  #process(id: string, organisation: string | null): void {
    const [row, side] = this.#up
      ? (['process-gives', 'input'] as const)
      : (['process-takes', 'output'] as const);
    for (const entry of this.#history.trace(id).entries) {
      if (!entry.row.roles.includes(row)) continue;
      const other = organisation !== null && organisation !== entry.place.organisation;
      this.#side(entry, side, entry.why | (other ? OTHER_ORGANISATION : CERTAIN));
    }
  }

  /** The items of a lot, and the lots of an item. */
  #lots(id: string): void {
    for (const [lot, because] of this.#makings.lotsOf(id)) {
      const down = this.#up ? CERTAIN : LOT_PART;
      this.#rounds.reach({ kind: 'lot', id: lot }, because | down, null);
    }
    if (this.#natureOf(id) !== 'lot') return;
    for (const [item, because] of this.#makings.itemsOf(id)) {
      this.#rounds.reach({ kind: 'product', id: item, span: ALWAYS, load: false }, because, null);
    }
  }

  /** A container that was used as input stands for its load, not for its past. */
  #load(id: string, span: Span): void {
    const { held, last } = this.#loads.of(id, span);
    for (const windows of held) {
      this.#content(windows, span, true);
      this.#holds(windows, span, CERTAIN);
    }
    for (const { windows, stay } of last) {
      const because = EMPTIED | this.#classOnly(windows.child);
      this.#rounds.reach({ kind: 'product', id: windows.child, span: stay, load: true }, because, null);
      this.#holds(windows, stay, EMPTIED);
    }
    if (!this.#loads.container(id).isVouched && added(this.doubted, id))
      this.#containersOf(id, ALWAYS, STRANGER);
  }

  /** The child of a product, in what its windows have of the span. */
  #content(windows: Windows, span: Span, load: boolean): void {
    const { child, holder } = windows;
    const spans: readonly Span[] = this.#certain ? windows.certain : windows.stays;
    for (const stay of meeting(spans, span)) {
      const part = meet(stay, span);
      if (part === null) continue;
      const because = this.#doubt(windows, part) | this.#classOnly(child) | this.#classOnly(holder);
      this.#rounds.reach(
        { kind: 'product', id: child, span: part, load },
        because,
        windows.entries[0] ?? null,
      );
    }
  }

  /** The containers of something, while it was in them and within the span. */
  #containersOf(child: string, span: Span, way: Why): void {
    for (const windows of this.#pairs.containersOf(child)) {
      if (meeting(windows.unemptied, span).length > 0) this.consulted.add(windows.holder);
      this.#holds(windows, span, way);
    }
  }

  #holds(windows: Windows, span: Span, way: Why): void {
    const { child, holder } = windows;
    const because = way | this.#classOnly(child) | this.#classOnly(holder);
    for (const stay of meeting<Span>(this.#certain ? windows.certain : windows.stays, span)) {
      const part = meet(stay, span);
      if (part === null) continue;
      const held = {
        windows,
        span: part,
        begins: part.from === stay.from,
        ends: part.to === stay.to,
        why: because,
      };
      const node = { kind: 'container', id: holder, held } as const;
      this.#rounds.reach(node, because | this.#doubt(windows, part), windows.entries[0] ?? null);
    }
  }

  #container(id: string, held: Held): void {
    const all = this.held.get(id) ?? [];
    this.held.set(id, all);
    all.push(held);
    const covered = this.#containers.get(id) ?? new Covered();
    this.#containers.set(id, covered);
    for (const span of covered.add(held.span)) this.#containersOf(id, span, CERTAIN);
    if (this.#up) return;
    this.#usedWithLoad(id, held);
    if (!this.#certain) this.#usedEmptied(id, held);
  }

  /** Down from what a container held: where it was used as input, its load went into the outputs. */
  #usedWithLoad(id: string, { windows, span, begins, ends, why: way }: Held): void {
    const { turnarounds } = this.#pairs.parentFacts(windows.holder, windows.bond);
    const { entries } = this.#history.trace(id);
    for (let at = lowerBound(entries, span.from); at < lowerBound(entries, span.to, true); at++) {
      const entry = entries[at];
      if (entry === undefined || !entry.row.roles.includes('input')) continue;
      const atBound = (begins && entry.time === span.from) || (ends && entry.time === span.to);
      const sameTime = atBound && turnarounds.has(entry.time) ? SAME_TIME : CERTAIN;
      const doubt = this.#certain ? CERTAIN : doubtAt(windows, entry.time);
      this.#beyond(entry, 'output', way | sameTime | doubt);
    }
  }

  /** Down from what left a container last before that was used as input. */
  #usedEmptied(id: string, { windows, span, why: way }: Held): void {
    for (const stay of meeting(windows.stays, span))
      for (const entry of this.#loads.usesOf(id, { windows, stay }))
        this.#beyond(entry, 'output', way | EMPTIED);
  }

  /** In `certain` only certain parts are gone through. */
  #doubt(windows: Windows, span: Span): Why {
    if (this.#certain) return CERTAIN;
    return doubtsIn(windows, span).reduce((set, part) => set | part.why, CERTAIN);
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
